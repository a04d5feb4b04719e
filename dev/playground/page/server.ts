import type { Answers, Call, FlowChoices, FlowLine, IssuerChange, IssuerView, PolicyView, Setup } from "../api.ts"

// All that the page asks of its server. What fails is thrown, in words that can be shown.

export async function getSetup(): Promise<Setup> {
  return (await ask("/api/setup")).json()
}

export async function decide(call: Call): Promise<Answers> {
  return (await ask("/api/decide", { body: call })).json()
}

export async function changeIssuer(change: IssuerChange): Promise<IssuerView> {
  return (await ask("/api/issuer", { body: change })).json()
}

/** Runs a flow, and hands over each line as it comes in. */
export async function runFlow(
  id: string,
  choices: FlowChoices,
  signal: AbortSignal,
  hear: (line: FlowLine) => void,
): Promise<void> {
  const response = await ask(`/api/flows/${encodeURIComponent(id)}`, { body: choices, signal })
  // The copy is for Chromium: what nobody but a reader has read, it reports as aborted, even though it came to its end.
  const copy = response.clone()
  await Promise.all([readLines(response, hear), copy.text()])
}

async function readLines({ body }: Response, hear: (line: FlowLine) => void): Promise<void> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ""
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    const lines = `${rest}${chunk.value}`.split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) hear(JSON.parse(line))
  }
}

/** What the server tells without being asked. */
export interface News {
  policy(view: PolicyView): void
  issuer(view: IssuerView): void
  /** False when the server has gone; true as soon as it is there, for the first time or again. */
  connected(isConnected: boolean): void
}

/** Listens until the returned function is called. The browser connects again by itself. */
export function listen(news: News): () => void {
  const events = new EventSource("/api/events")
  events.onopen = () => news.connected(true)
  events.onerror = () => news.connected(false)
  events.addEventListener("policy", ({ data }) => news.policy(JSON.parse(data)))
  events.addEventListener("issuer", ({ data }) => news.issuer(JSON.parse(data)))
  return () => events.close()
}

async function ask(path: string, post?: { readonly body: unknown; readonly signal?: AbortSignal }): Promise<Response> {
  const response = await fetch(path, {
    ...(post && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(post.body),
      signal: post.signal ?? null,
    }),
  }).catch((error: Error) => {
    throw error.name === "AbortError"
      ? error
      : new Error("The playground's server does not answer. Is npm start running?")
  })
  if (response.ok) return response
  const { error } = await response.json().catch(() => ({ error: `The server answers ${response.status}.` }))
  throw new Error(error)
}
