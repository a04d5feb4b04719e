import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** A command as it runs in a terminal: in a process group of its own, from the root of the checkout, without a keyboard. */
export interface Command {
  /** All that it has written so far, to stdout and stderr. */
  readonly output: string
  /** Resolves when the output holds the text; rejects, with the output, if the command ends before. */
  waitFor(text: string): Promise<void>
  /** Sends a signal to the whole group, as Ctrl-C does, or to the command alone. */
  signal(name: NodeJS.Signals, to?: "group" | "command"): void
  /** The exit code, or the signal that ended it, once all of its output has been read. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  /** The processes that it started, at whatever remove, and that still run: command lines by process id. Linux only. */
  descendants(): Map<number, string>
  /** Ends all of them at once; for a test that failed half-way. */
  destroy(): void
}

const root = fileURLToPath(new URL("../..", import.meta.url))

export function startCommand(file: string, args: readonly string[], env: Record<string, string> = {}): Command {
  // Handed down to every descendant, also to one that has left the group or lost its parent.
  const mark = `STARTED_BY_TEST=${randomUUID()}`
  const [markName = "", markValue] = mark.split("=")
  const child = spawn(file, args, {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env, [markName]: markValue },
  })
  let output = ""
  let over = false
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text
      for (const look of waiting) look()
    })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code, signal) => {
      over = true
      for (const look of waiting) look()
      resolve(code ?? signal)
    })
  })

  return {
    get output() {
      return output
    },
    waitFor(text) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = output.includes(text)
          if (!found && !over) return
          waiting.delete(look)
          if (found) resolve()
          else reject(new Error(`${file} ${args.join(" ")} ended without "${text}":\n${output}`))
        }
        waiting.add(look)
        look()
      })
    },
    signal(name, to = "group") {
      if (child.pid === undefined) throw new Error(`${file} was never started`)
      process.kill(to === "group" ? -child.pid : child.pid, name)
    },
    ended,
    descendants: () => processesWith(mark),
    destroy() {
      for (const pid of processesWith(mark).keys()) process.kill(pid, "SIGKILL")
    },
  }
}

function processesWith(mark: string): Map<number, string> {
  const found = new Map<number, string>()
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue
    try {
      // A zombie has no environment left, so that it is not counted.
      if (readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(mark))
        found.set(Number(name), readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " "))
    } catch {
      // It ended while it was looked at, or is another user's.
    }
  }
  return found
}
