import { readFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import { parseJsonObject } from "../core/json.ts"
import { CommandError } from "./command-error.ts"

/** Reads a file as text; "-" is what comes in on stdin. */
export async function readText(file: string): Promise<string> {
  if (file === "-") return text(process.stdin)
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`)
  })
}

/**
 * Reads a file that holds one JSON object.
 *
 * @throws CommandError that names line and column where it is no JSON, and where a name stands twice: one of the two would be lost.
 */
export async function readJsonFile(file: string): Promise<Record<string, unknown>> {
  const json = await readText(file)
  const name = file === "-" ? "stdin" : file
  try {
    JSON.parse(json)
  } catch (error) {
    throw new CommandError(`${name}:${placeOf(error as SyntaxError, json)}: is not JSON: ${describe(error as Error)}`)
  }
  const value = parseJsonObject(new TextEncoder().encode(json))
  if (!value)
    throw new CommandError(
      `${name}: must be one JSON object, with no name twice in it and nothing nested deeper than 32`,
    )
  return value
}

/** Line and column, counted from 1. */
function placeOf(error: SyntaxError, json: string): string {
  const lines = json.slice(0, positionOf(error, json)).split("\n")
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`
}

/** V8 names the position in most of its messages. Of an unexpected token it doesn't: that is the end of the shortest text to fail so. */
function positionOf({ message }: SyntaxError, json: string): number {
  const position = /at position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return Number(position)
  if (!message.startsWith("Unexpected token")) return json.length
  let [good, bad] = [0, json.length]
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1
    if (failsAtToken(json.slice(0, middle))) bad = middle
    else good = middle
  }
  return good
}

function failsAtToken(json: string): boolean {
  try {
    JSON.parse(json)
    return false
  } catch (error) {
    return (error as SyntaxError).message.startsWith("Unexpected token")
  }
}

/** Without the position, which stands in front, and without the text around it. */
function describe({ message }: Error): string {
  return message.replace(/ in JSON at position.*$| at position.*$/s, "").replace(/, \.*".*is not valid JSON$/s, "")
}
