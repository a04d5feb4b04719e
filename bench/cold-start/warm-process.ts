import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Bundle } from "./bundles.ts"
import type { WarmAnswer, WarmRequest } from "./warm-child.ts"

/** A process that has a bundle loaded, as an environment of Lambda has between calls. */
export interface WarmProcess {
  readonly name: string
  /** Hands tokens to the handler one after the other; an empty one stands for none. */
  invoke(tokens: readonly string[]): Promise<WarmAnswer>
  close(): void
}

/** Starts a process and loads a bundle in it. Rejects when it ends before it is ready. */
export async function startWarmProcess(
  { name, path }: Bundle,
  environment: Readonly<Record<string, string>>,
): Promise<WarmProcess> {
  const child = fork(fileURLToPath(new URL("warm-child.ts", import.meta.url)), [path], {
    env: { ...environment },
    // A handler may log its refusals; what it can't help is worth seeing.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  await messageFrom(child, name)
  return {
    name,
    async invoke(tokens) {
      child.send({ tokens } satisfies WarmRequest)
      return (await messageFrom(child, name)) as WarmAnswer
    },
    close: () => child.kill(),
  }
}

async function messageFrom(child: ChildProcess, name: string): Promise<unknown> {
  const ended = new AbortController()
  const [first] = await Promise.race([
    once(child, "message", { signal: ended.signal }),
    once(child, "exit", { signal: ended.signal }).then(() => {
      throw new Error(`${name} ended`)
    }),
  ]).finally(() => ended.abort())
  return first
}
