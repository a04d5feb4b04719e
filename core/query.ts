/**
 * The value of a query parameter, decoded; undefined where it is absent. Null where it could be read in more than one way: a name
 * that stands twice, in any spelling that some server takes for the same (another case, `name[]`, `name.x`, `%6Eame`), a ";" that
 * some separate at, a "+" that some decode and others don't, an escape that is not UTF-8, a control character that ends a name for
 * some, a second "?" that some strip, more pairs than all servers read. `query` is as the client sent it, without "?".
 */
export function queryValue(query: string, name: string): string | null | undefined {
  const pairs = query.split("&")
  if (query.includes(";") || query.startsWith("?") || pairs.length > maximumPairs) return null
  const wanted = readingsOf(name)
  let found: string | undefined
  for (const pair of pairs) {
    const equals = pair.indexOf("=")
    const key = decode(equals === -1 ? pair : pair.slice(0, equals))
    if (key === null || controlCharacters.test(key)) return null
    if (!readingsOf(key).some((reading) => wanted.includes(reading))) continue
    const value = equals === -1 ? "" : pair.slice(equals + 1)
    const decoded = value.includes("+") ? null : decode(value)
    if (found !== undefined || key !== name || decoded === null) return null
    found = decoded
  }
  return found
}

/** Fewer than where servers stop reading: at 1000, most of them. */
const maximumPairs = 256
const controlCharacters = /\p{Cc}/u

/**
 * What servers that are lax about names make of one. For none of them the case and spaces around it count; some then take it up to
 * its first "[" or ".", or without brackets around it, and PHP has "_" for each of these and for spaces.
 */
function readingsOf(name: string): readonly [string, string] {
  const bare = name.replace(/^[[\]]+/, "").replace(/\](?=$|\[)/g, "")
  const folded = bare.replaceAll("+", " ").trim().toLowerCase()
  return [folded.replace(/[[.].*$/s, "").trimEnd(), folded.replaceAll(/[[. ]/g, "_")]
}

function decode(text: string): string | null {
  try {
    return text.isWellFormed() ? decodeURIComponent(text) : null
  } catch {
    return null
  }
}
