import { isJsonObject } from "../../core/json.ts"
import { CommandError } from "../command-error.ts"
import { readText } from "../json-file.ts"

/** Ways to hand over a token. */
export interface TokenOptions {
  readonly token?: string
  readonly tokenFile?: string
}

/**
 * The token that was given, or null for none. It may have "Bearer " in front, or be in the answer of a token endpoint (RFC 6749
 * §5.1), as curl prints it. What it is worth is not looked at here; no error shows it.
 */
export async function readToken({ token, tokenFile }: TokenOptions): Promise<string | null> {
  const source = token === undefined || token === "-" ? (tokenFile ?? token) : undefined
  const given = source === undefined ? token : await readText(source)
  if (given === undefined) return null
  const text = (accessTokenOf(given) ?? given).trim().replace(/^bearer +/i, "")
  const where = source === undefined ? "--token" : source === "-" ? "stdin" : source
  if (text === "") throw new CommandError(`${where}: holds no token`)
  if (/\s/.test(text)) throw new CommandError(`${where}: must hold one token, and no white space in it`)
  return text
}

function accessTokenOf(text: string): string | null {
  if (!text.trimStart().startsWith("{")) return null
  try {
    const answer: unknown = JSON.parse(text)
    return isJsonObject(answer) && typeof answer.access_token === "string" ? answer.access_token : null
  } catch {
    return null
  }
}
