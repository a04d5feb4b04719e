import type { Answers, Call, FlowChoices, FlowLine, IssuerChange, IssuerView, Setup } from "../../dev/playground/api.ts"
import type { News } from "../../dev/playground/feed.ts"

/** The playground's page as far as its server sees it. */
export interface PlaygroundClient {
  setup(): Promise<Setup>
  /** Sends a POST with any body, and returns the answer as it is. */
  post(path: string, body: unknown): Promise<Response>
  decide(call: Partial<Call>): Promise<Answers>
  runFlow(id: string, choices?: Partial<FlowChoices>): Promise<readonly FlowLine[]>
  /** The access token that a flow comes to. */
  token(id: string, choices?: Partial<FlowChoices>): Promise<string>
  change(change: IssuerChange): Promise<IssuerView>
  /** Listens to events from now on. */
  listen(): Promise<Listening>
}

export interface Listening {
  /** The first event, of those that have come and those to come, that nobody has waited past and that fits. */
  until<Name extends keyof News>(name: Name, fits: (view: News[Name]) => boolean): Promise<News[Name]>
  close(): void
}

export function playgroundClient(origin: string): PlaygroundClient {
  async function post(path: string, body: unknown): Promise<Response> {
    const headers = { "content-type": "application/json" }
    return fetch(origin + path, { method: "POST", headers, body: JSON.stringify(body) })
  }
  async function postWell<T>(path: string, body: unknown): Promise<T> {
    const response = await post(path, body)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  async function runFlow(id: string, choices: Partial<FlowChoices> = {}): Promise<readonly FlowLine[]> {
    const usual: FlowChoices = { user: "alice", scope: "read:orders", withAudience: true, organization: null }
    const response = await post(`/api/flows/${id}`, { ...usual, ...choices })
    const lines = (await response.text()).trim().split("\n")
    return lines.map((line) => JSON.parse(line))
  }

  return {
    setup: async () => (await (await fetch(`${origin}/api/setup`)).json()) as Setup,
    post,
    decide: (call) =>
      postWell("/api/decide", { method: "GET", target: "/orders", token: "", kind: "rest-request", ...call }),
    runFlow,
    async token(id, choices) {
      const last = (await runFlow(id, choices)).at(-1)
      const found = last && "tokens" in last ? last.tokens.find(({ kind }) => kind === "access") : undefined
      if (!found) throw new Error(`no access token: ${JSON.stringify(last)}`)
      return found.token
    },
    change: (change) => postWell("/api/issuer", change),
    listen: () => listen(origin),
  }
}

async function listen(origin: string): Promise<Listening> {
  const gone = new AbortController()
  const events = readEvents(await fetch(`${origin}/api/events`, { signal: gone.signal }))
  return {
    async until(name, fits) {
      for (;;) {
        const { value, done } = await events.next()
        if (done) throw new Error("the events have ended")
        if (value.name === name && fits(value.view as never)) return value.view as never
      }
    },
    close: () => gone.abort(),
  }
}

// Takes the whole response: Node cuts off the body of one that nobody holds any more.
async function* readEvents({ body }: Response): AsyncGenerator<{ name: string; view: unknown }, undefined> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    const events = text.split("\n\n")
    text = events.pop() ?? ""
    for (const event of events) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(event)?.[1] ?? ""
      yield { name: field("event"), view: JSON.parse(field("data")) }
    }
  }
}
