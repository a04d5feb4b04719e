import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { LoadAnswer, LoadRequest } from "./load-child.ts"

/** A load generator, in a process of its own so that nothing else runs beside it there. */
export interface LoadGenerator {
  /** Sends one request for each token and waits for all the answers. Rejects when a connection is lost. */
  load(request: LoadRequest): Promise<LoadAnswer>
  close(): void
}

export function startLoadGenerator(): LoadGenerator {
  const child = fork(fileURLToPath(new URL("load-child.ts", import.meta.url)))
  return {
    async load(request) {
      child.send(request)
      const ended = new AbortController()
      const { signal } = ended
      const died = once(child, "exit", { signal }).then(() => {
        throw new Error("the load generator ended")
      })
      const [answer] = await Promise.race([once(child, "message", { signal }), died]).finally(() => ended.abort())
      return answer as LoadAnswer
    },
    close: () => child.kill(),
  }
}
