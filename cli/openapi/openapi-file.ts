import { LineCounter, parseDocument } from "yaml"
import { CommandError } from "../command-error.ts"
import { readText } from "../json-file.ts"

/**
 * Reads a document from a file of JSON or YAML.
 *
 * @throws CommandError if it can't be read, with the line of the first mistake.
 */
export async function readDocument(file: string): Promise<unknown> {
  const text = await readText(file)
  // Large documents are mostly JSON, and a hundred times faster to read as that.
  if (/^\s*\{/.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      // YAML knows the line of the mistake, or what looks like JSON and is none.
    }
  }
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error" })
  const [mistake] = document.errors
  if (!mistake) {
    try {
      return document.toJS()
    } catch (error) {
      throw new CommandError(`${file}: ${(error as Error).message}`)
    }
  }
  throw new CommandError(`${file}:${lineCounter.linePos(mistake.pos[0]).line}: ${mistake.message}`)
}
