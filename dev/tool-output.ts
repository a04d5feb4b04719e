/** What a tool writes, on its way to the terminal. */
export interface ToolOutput {
  onLine(line: string, stream: "stdout" | "stderr"): void
  /** The tool has come up: what it wrote to stdout on the way is dropped, what it writes from now on is printed. */
  up(): void
  /** The tool has ended: if it never came up, what it wrote on the way may say why, and is printed. */
  ended(): void
}

/** Prints what goes wrong at once, and of the rest only what is written once the tool is up; remarks not even then. */
export function toolOutput(isRemark: (line: string) => boolean = () => false): ToolOutput {
  let held: string[] | null = []
  return {
    onLine(line, stream) {
      if (isRemark(line)) return
      if (stream === "stdout" && held) held.push(line)
      else process[stream].write(`${line}\n`)
    },
    up() {
      held = null
    },
    ended() {
      for (const line of held ?? []) process.stdout.write(`${line}\n`)
    },
  }
}
