import { Agent, request } from "node:http"
import { startEchoOrigin } from "../support/echo-origin.ts"
import { startWorkerd } from "../support/workerd.ts"
import type { Answer, Edge, Policies } from "./edge.ts"

/** A Worker's edge has an address, so that a test may hang up on it. */
export interface WorkerEdge extends Edge {
  /** "127.0.0.1:port". */
  readonly host: string
}

/** The Worker in workerd itself, without a cache and without KV. */
export async function startWorkerEdge(policies: Policies): Promise<WorkerEdge> {
  const origin = await startEchoOrigin()
  const start = () =>
    startWorkerd({
      entryPoint: "test/support/guard.worker.ts",
      text: { POLICIES: JSON.stringify(policies) },
      external: { ORIGIN: origin.host },
    })
  let worker = await start()
  let earlierLogs = ""
  const client = clientOf(() => worker.host)

  async function end() {
    client.close()
    await worker.close()
    earlierLogs += worker.logs()
  }
  return {
    ...client.requests,
    get host() {
      return worker.host
    },
    logs: () => earlierLogs + worker.logs(),
    store: null,
    async restart() {
      await end()
      worker = await start()
    },
    async close() {
      await end()
      origin.close()
    },
  }
}

/** Sends requests to a Worker, over connections that are kept: thousands a second would use up the ports otherwise. */
export function clientOf(host: () => string): { requests: Pick<Edge, "decide" | "settle">; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 200 })

  const decide: Edge["decide"] = (policy, token, path = "/orders") => {
    const [hostname, port] = host().split(":")
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
    const headers = { host: `${policy}.test`, ...authorization }
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, path, headers, agent }, (incoming) => {
        let body = ""
        incoming.setEncoding("utf8").on("data", (chunk: string) => (body += chunk))
        incoming.on("end", () => resolve(readAnswer(incoming.statusCode ?? 0, body)))
        incoming.on("error", reject)
      })
      outgoing.on("error", reject)
      outgoing.end()
    })
  }
  return {
    requests: {
      decide,
      // Requests that need nothing of the issuer come after those before them: when they are through, so far as these go at all,
      // the others have been begun with.
      async settle(policy) {
        for (let round = 0; round < 2; round++)
          await Promise.all(Array.from({ length: 50 }, () => decide(policy, null, "/health")))
      },
    },
    close: () => agent.destroy(),
  }
}

function readAnswer(status: number, body: string): Answer {
  return status === 200
    ? { allowed: true, reason: null, status }
    : { allowed: false, reason: JSON.parse(body).reason, status }
}
