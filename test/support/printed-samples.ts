import { execFile } from "node:child_process"
import { promisify } from "node:util"

/** A command that `npm start` printed to be pasted, with the remark above it. */
export interface PrintedSample {
  readonly remark: string
  readonly command: string
}

/** What such a command answered. Header names are in lower case. */
export interface SampleAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function printedSamples(output: string): PrintedSample[] {
  return [...output.matchAll(/^# (.+)\n(curl .+)$/gm)].map(([, remark = "", command = ""]) => ({ remark, command }))
}

/** Runs a printed command in a shell, just as it stands there, and reads what `curl -i` shows. */
export async function paste({ command }: PrintedSample): Promise<SampleAnswer> {
  const { stdout } = await promisify(execFile)("sh", ["-c", command])
  const end = stdout.indexOf("\r\n\r\n")
  const [statusLine = "", ...lines] = stdout.slice(0, end).split("\r\n")
  const headers = lines.map((line) => {
    const colon = line.indexOf(":")
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  return { status: Number(statusLine.split(" ")[1]), headers: Object.fromEntries(headers), body: stdout.slice(end + 4) }
}
