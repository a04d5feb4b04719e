import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { setTimeout as wait } from "node:timers/promises"
import type { Running } from "./run.ts"

export interface ChildCommand {
  /** A file and its arguments, run from the root of the checkout by the Node that runs us. */
  readonly script: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Sees each line that the command writes. */
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void
  readonly onMessage?: (message: unknown) => void
  /** Called once it runs, with the means to send it messages; one that comes too late is lost. */
  readonly onStarted?: (send: (message: object) => void) => void
}

/** Long enough for a tidy end of wrangler or serverless-offline, in milliseconds. */
const patience = 3_000

/**
 * Runs a command to its end, and tells how it ended: "exit code 0", or the name of a signal. Defers its end, should that not
 * have come: a polite signal to the command itself, then the end of all that it left running (workerd, esbuild). It gets a
 * process group of its own, so that Ctrl-C reaches it through us alone, and so that its children are found even if it died.
 */
export async function runChild({ resources, stopping }: Running, command: ChildCommand): Promise<string> {
  stopping.throwIfAborted()
  const child = spawn(process.execPath, [command.script, ...(command.args ?? [])], {
    cwd: new URL("..", import.meta.url),
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { ...process.env, ...command.env },
  })
  // Even an uncaught exception of ours leaves nothing behind.
  const killAtExit = () => killGroup(child)
  process.on("exit", killAtExit)
  const exited = once(child, "exit")
  let over = false
  resources.defer(async () => {
    if (over) return
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM")
      await Promise.race([exited, wait(patience)])
    }
    await endGroup(child)
  })

  for (const stream of ["stdout", "stderr"] as const) {
    const output = child[stream]
    if (!output) continue
    createInterface({ input: output }).on("line", (line) => {
      if (!stopping.aborted) command.onLine(line, stream)
    })
  }
  child.on("message", (message) => command.onMessage?.(message))
  // The callback is there for the error of a channel that is closed: without it, that would be an exception.
  command.onStarted?.((message) => child.connected && child.send(message, () => {}))

  const closed = once(child, "close")
  const [code, signal] = await exited
  // The last lines say why it ended; they have all been read once nobody holds the other end of the pipe.
  await endGroup(child)
  await closed
  // From here on the process id may be somebody else's.
  over = true
  process.off("exit", killAtExit)
  return signal ?? `exit code ${code}`
}

/** Resolves once no process of the group is left, or after half a second: a zombie that nobody reaps would stay for ever. */
async function endGroup(child: ChildProcess): Promise<void> {
  for (let attempts = 0; killGroup(child) && attempts < 50; attempts++) await wait(10)
}

/** Whether there was anybody left to kill. */
function killGroup({ pid }: ChildProcess): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(-pid, "SIGKILL")
  } catch {
    return false
  }
}
