import type { Rule } from "../../core/routes.ts"
import type { ClientCall } from "../../dev/gateway/api-gateway.ts"
import type { Attempt } from "./attempt.ts"
import type { Draw } from "./draw.ts"
import * as words from "./vocabulary.ts"

/** A call that brings an attempt to a rule, in one of the ways that clients write one; now and then to somewhere else. */
export function randomCall(
  draw: Draw,
  rule: Rule | null,
  attempt: Attempt,
  authorization: readonly string[],
): Omit<ClientCall, "api"> {
  return {
    method: randomMethod(draw, rule),
    path: randomPath(draw, rule, attempt),
    query: randomQuery(draw, attempt),
    headers: [...randomHeaders(draw, attempt), ...authorization.map((value) => ["Authorization", value] as const)],
  }
}

function randomMethod(draw: Draw, rule: Rule | null): string {
  if (draw.chance(0.05)) return draw.one([...words.methods, "TRACE", "PROPFIND"])
  const method = draw.one(rule?.methods ?? words.methods)
  return method === "GET" && draw.chance(0.15) ? "HEAD" : method
}

function randomPath(draw: Draw, rule: Rule | null, { parameters }: Attempt): string {
  const segment = () => draw.one<string>([...words.literals, "7", "alpha", "deep"])
  const pattern = rule?.pattern ?? { segments: [], open: true }
  const segments = pattern.segments.map((one, index) => {
    if ("literal" in one) return spell(draw, one.literal)
    return spell(draw, encodeURIComponent(parameters.get(index) ?? draw.one(words.texts)))
  })
  if (pattern.open || draw.chance(0.02)) segments.push(...draw.list(0, 2, segment))
  if (draw.chance(0.02)) segments.pop()
  const path = `/${segments.join("/")}${draw.chance(0.08) && segments.length > 0 ? "/" : ""}`
  return draw.chance(0.05) ? makeAmbiguous(draw, path) : path
}

/** Another spelling of an escaped segment; all have one reading. */
function spell(draw: Draw, escaped: string): string {
  if (draw.chance(0.8)) return escaped
  const ways = [
    escaped.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
    escaped.replace(/^[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    escaped.replace(/%(?:7C|2C|40|3A|2B)/g, decodeURIComponent),
  ]
  return draw.one(ways)
}

const ambiguous = [
  `/\${x}`,
  "/../x",
  "/./x",
  "//x",
  "/%2e%2e/x",
  "/a%2Fb",
  "/a%5cb",
  "/a;b=c",
  "/*",
  "/%252e",
  "/%00",
  "/%ff",
  "/%25%32%66",
]

function makeAmbiguous(draw: Draw, path: string): string {
  if (draw.chance(0.1)) return path.replace("/", "//")
  return path.replace(/\/?$/, draw.one(ambiguous))
}

/** Without "?". */
function randomQuery(draw: Draw, { query }: Attempt): string {
  const pairs = [...query].map(([name, value]) => `${spellPart(draw, name)}=${spellPart(draw, value)}`)
  if (draw.chance(0.2)) pairs.push(draw.one(["page=2", "q=a%20b", "flag", "empty=", "=x", ""]))
  if (draw.chance(0.1)) {
    const name = draw.one(words.queryNames)
    const value = encodeURIComponent(draw.one(words.texts))
    const twice = [
      `${name}=${value}`,
      `${name.toUpperCase()}=${value}`,
      `${name}[]=${value}`,
      `${name}.x=${value}`,
      name,
    ]
    pairs.push(draw.one(twice).replaceAll(" ", "%20"))
  }
  if (draw.chance(0.02)) pairs.push(draw.one(["x=%zz", "x=%ff", "a;b", "x=a+b"]))
  if (draw.chance(0.3)) pairs.reverse()
  return pairs.join("&")
}

function spellPart(draw: Draw, text: string): string {
  const escaped = encodeURIComponent(text)
  if (draw.chance(0.8)) return escaped
  const ways = [
    escaped.replaceAll("%20", "+"),
    escaped.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
    escaped.replace(/^[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    escaped.replace(/%(?:2C|3A|40|7C)/g, decodeURIComponent),
  ]
  return draw.one(ways)
}

function randomHeaders(draw: Draw, { headers }: Attempt): (readonly [string, string])[] {
  const spelled = (name: string) =>
    draw.chance(0.3) ? name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()) : name
  // A value from a claim may be one that no header can hold as it stands.
  const sent = [...headers].map(([name, value]) => [spelled(name), printable(value)] as const)
  if (draw.chance(0.1)) {
    const name = draw.one(words.headerNames)
    const value = draw.one([...words.headerTexts, "alpha, org_a", ""])
    sent.push([draw.one([name, spelled(name), name.replaceAll("-", "_")]), value])
  }
  return sent
}

function printable(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text)
}
