import { type Agent, request } from "node:http"

export interface RawAnswer {
  readonly status: number
  /** Header names in lower case; what came twice is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Sends one HTTP request with its target and its headers exactly as given, which `fetch` would tidy up: dot segments stay, and
 * a header may stand twice. On a connection of its own, or on one that `agent` keeps.
 */
export function sendRaw(
  host: string,
  options: {
    method?: string
    target: string
    headers?: readonly (readonly [string, string])[]
    body?: string
    agent?: Agent
  },
): Promise<RawAnswer> {
  const { method = "GET", target, headers = [], body, agent = false } = options
  const [hostname, port] = host.split(":")
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path: target, headers: headers.flat(), agent }, (incoming) => {
      let text = ""
      incoming.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
      incoming.on("end", () => {
        const values = Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(", ")])
        resolve({ status: incoming.statusCode ?? 0, headers: Object.fromEntries(values), body: text })
      })
      incoming.on("error", reject)
    })
    outgoing.on("error", reject)
    outgoing.end(body)
  })
}
