import { isJsonObject } from "../../core/json.ts"
import { type PathPattern, parsePathPattern } from "../../core/path-pattern.ts"
import { type JsonObject, member } from "./openapi-document.ts"
import type { Say } from "./openapi-note.ts"

/** A path of the document as a rule writes it. */
export interface TranslatedPath {
  readonly text: string
  readonly pattern: PathPattern
  /** How much each segment says in the document: 2 for a literal, 1 for a parameter in part, 0 for a parameter. */
  readonly precision: readonly (0 | 1 | 2)[]
  /** Whether it covers requests that the path of the document doesn't. A fragment is never sent, so it makes no difference. */
  readonly isWider: boolean
}

/**
 * Translates a templated path (OpenAPI 3.2 §4.8.2): `{id}` to `:id`. A segment that is a parameter in part is taken for one as a
 * whole. Null where no request could have such a path. What is not the same as it was is said through `say`.
 */
export function translatePath(template: string, say: Say): TranslatedPath | null {
  const path = template.replace(/\{?[?#].*$/s, "")
  if (path !== template) say("query_in_path")
  const segments = path.replace(/(?<=.)\/$/, "").split("/")
  const names = new Set<string>()
  const text = segments.map((segment) => translateSegment(segment, names, say)).join("/")
  const pattern = parsePathPattern(text)
  if (!("problem" in pattern)) {
    const precision = segments.slice(1).map(precisionOf)
    return { text, pattern, precision, isWider: template.includes("?") || precision.includes(1) }
  }
  say("impossible_path")
  return null
}

/** `{a}` is a parameter, `{a}-{b}` is one in part; `:a` would be taken for one. */
function isPartly(segment: string): boolean {
  return /[{}]|^:/.test(segment) && !/^\{[^{}]*\}$/.test(segment)
}

function precisionOf(segment: string): 0 | 1 | 2 {
  if (isPartly(segment)) return 1
  return segment.startsWith("{") ? 0 : 2
}

function translateSegment(segment: string, names: Set<string>, say: Say): string {
  if (!/[{}]|^:/.test(segment)) return segment
  if (isPartly(segment)) say("partial_segment")
  // Other template languages' ways to say "all that follows".
  else if (/^\{\+|[+*]\}$/.test(segment)) say("greedy_parameter")
  const plain = segment.replace(/\W+/g, "_").replace(/^_+(?=.)|(?<=.)_+$/g, "")
  const base = /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`
  let unique = base
  for (let count = 2; names.has(unique); count++) unique = `${base}${count}`
  names.add(unique)
  return `:${unique}`
}

/**
 * The paths below which a list of servers answers: without a trailing slash, variables at their defaults. One that is empty where
 * no server is named (OpenAPI 3.2 §4.6).
 */
export function basePaths(servers: unknown): readonly string[] {
  const found = Array.isArray(servers) ? servers.filter(isJsonObject).map(basePathOf) : []
  return found.length > 0 ? [...new Set(found)] : [""]
}

function basePathOf(server: JsonObject): string {
  const url = member(server, "url")
  const filled = String(url ?? "").replaceAll(/\{([^{}]*)\}/g, (variable, name: string) => {
    const value = member(member(member(server, "variables"), name), "default")
    return typeof value === "string" || typeof value === "number" ? String(value) : variable
  })
  return readBasePath(filled)
}

/** The path of a URL, or a path, without a trailing slash. */
export function readBasePath(url: string): string {
  const path = url.replace(/^(?:[A-Za-z][-+.\w]*:)?\/\/[^/?#]*/, "").replace(/[?#].*$/s, "")
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".")
  return segments.length === 0 ? "" : `/${segments.join("/")}`
}
