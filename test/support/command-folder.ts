import { spawn } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

const command = fileURLToPath(new URL("../../cli/index.ts", import.meta.url))

/** How `edge-authorizer` ended, and all that it wrote. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder of its own, as a user's checkout, to run `edge-authorizer` in. */
export interface CommandFolder {
  readonly path: string
  /** Writes a file: a text as it stands, anything else as JSON. */
  write(file: string, content: unknown): Promise<void>
  /** Runs the command in a process of its own, with nothing in its environment that isn't named here. */
  run(
    args: readonly string[],
    options?: { readonly env?: Record<string, string>; readonly stdin?: string },
  ): Promise<Ended>
  remove(): Promise<void>
}

export async function makeCommandFolder(): Promise<CommandFolder> {
  const path = await mkdtemp(join(tmpdir(), "edge-authorizer-"))
  return {
    path,
    write: (file, content) =>
      writeFile(join(path, file), typeof content === "string" ? content : JSON.stringify(content)),
    async run(args, { env = {}, stdin = "" } = {}) {
      const child = spawn(process.execPath, [command, ...args], { cwd: path, env })
      child.stdin.end(stdin)
      const ended = new Promise<number | null>((resolve, reject) => {
        child.once("error", reject)
        child.once("close", resolve)
      })
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
      return { code: await ended, stdout, stderr }
    },
    remove: () => rm(path, { recursive: true }),
  }
}

/** The lines that don't fit where they are read: wider than 100 columns, or with a terminal's control sequences. */
export function unreadableLines(output: string): readonly string[] {
  return output.split("\n").filter((line) => line.length > 100 || /\p{Cc}/u.test(line))
}
