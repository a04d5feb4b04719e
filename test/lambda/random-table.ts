import { type Config, ConfigError, parseConfig, type RouteInput } from "../../core/index.ts"
import { audience, issuer, keys, now, tokenOf } from "../core/standing-issuer.ts"
import type { Draw } from "../parity/draw.ts"

// Small rule tables over few words, so that patterns meet, cross and lie within each other; and calls that keep close to them.

const literals = ["a", "b", "aa", "caf%C3%A9", "a%7C%C3%A9", "me"]
const methods = ["GET", "POST", "HEAD"]
/** Subjects and organisations: ids, some of which are literals, hold what must be escaped, or what IAM reads as a pattern. */
const ids = [
  "a",
  "me",
  "auth0|x",
  "a|\u00e9",
  "[x] y@z",
  "a b",
  "x@y",
  "a*b",
  "?",
  "$" + "{aws:x}",
  "b/c",
  "..",
  "caf\u00e9",
  "",
]

/** A rule table that is no config error. */
export function randomTable(draw: Draw, cacheKey?: "token" | "call", wild = false): Config {
  for (;;) {
    try {
      return parseConfig({
        issuers: [{ issuer, audiences: [audience], profile: "auth0", algorithms: ["ES256"] }],
        routes: draw.list(1, 5, () => randomRoute(draw, wild)),
        unmatched: draw.chance(0.15) ? "authenticated" : "deny",
        apiGateway: { cacheKey },
      })
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
    }
  }
}

function randomRoute(draw: Draw, wild: boolean): RouteInput {
  const parameters: string[] = []
  const segments = draw.list(0, 3, () => {
    if (draw.chance(0.6)) return draw.one(literals)
    parameters.push(`p${parameters.length}`)
    return `:${parameters.at(-1)}`
  })
  const path = `/${segments.join("/")}${draw.chance(0.35) ? "/**" : ""}`.replace(/^\/\/\*\*$/, "/**")
  const route: RouteInput = { path, ...(draw.chance(0.7) && { methods: draw.some(methods) }) }
  if (draw.chance(0.1)) return { ...route, access: "public" }
  if (draw.chance(0.05)) return { ...route, report: true, scopes: ["s1"] }
  return { ...route, ...randomRequirement(draw, parameters, wild) }
}

function randomRequirement(draw: Draw, parameters: readonly string[], wild: boolean): Partial<RouteInput> {
  const scopes = draw.chance(0.5) && { scopes: draw.some(["s1", "s2"]) }
  const where = parameters.length > 0 &&
    draw.chance(0.5) && { where: { [`params.${draw.one(parameters)}`]: owner(draw) } }
  const either = draw.chance(0.15) && { anyOf: [{ scopes: ["s3"] }, { claims: { tier: { equals: 1 } } }] }
  const query = wild && draw.chance(0.3) && { where: { "query.q": { equals: { claim: "sub" } } } }
  const fresh = wild && draw.chance(0.1) && { stepUp: { maxAgeSeconds: 60 } }
  return { ...scopes, ...where, ...either, ...query, ...fresh }
}

function owner(draw: Draw) {
  return draw.one([
    { equals: { claim: "sub" } },
    { oneOf: { claim: "orgs" } },
    { equals: draw.one(["a", "b", "caf\u00e9"]) },
    { oneOf: ["a", "b", ""] },
    { exists: true },
  ])
}

export interface RandomCaller {
  /** An Authorization header: nearly always of a good token. */
  readonly authorization: string
  readonly subject: string
}

export function randomCaller(draw: Draw): RandomCaller {
  if (draw.chance(0.04)) return { authorization: "Bearer x.y.z", subject: "x" }
  const sub = draw.one(ids.filter((id) => id !== ""))
  const claims = {
    sub,
    scope: draw.some(["s1", "s2", "s3"]).join(" "),
    orgs: draw.some(ids, 3),
    tier: draw.one([1, "1"]),
    auth_time: now / 1000,
    ...(draw.chance(0.04) && { cnf: { jkt: "x" } }),
  }
  return { authorization: `Bearer ${tokenOf(claims, {}, keys.p256, "ES256")}`, subject: sub }
}

export interface RandomCall {
  readonly method: string
  /** As it may come in: escaped one way or another, or to be refused. */
  readonly path: string
  readonly query: string
}

/** A call of a rule, or of its neighbourhood, often of what is the caller's own. */
export function randomCall(draw: Draw, { rules }: Config, { subject }: RandomCaller): RandomCall {
  const { pattern, methods: named } = draw.one(rules)
  const own = () =>
    draw.chance(0.3) && isSayable(subject) ? spell(draw, encodeURIComponent(subject)) : randomSegment(draw)
  const segments = pattern.segments.map((segment) => ("literal" in segment ? spell(draw, segment.literal) : own()))
  if (pattern.open || draw.chance(0.15)) segments.push(...draw.list(0, 2, () => randomSegment(draw)))
  if (draw.chance(0.1)) segments.pop()
  if (draw.chance(0.1) && segments.length > 0) segments[draw.whole(0, segments.length - 1)] = randomSegment(draw)
  const path = `/${segments.join("/")}${draw.chance(0.1) ? "/" : ""}`
  const method = draw.chance(0.8) ? draw.one(named ?? methods) : draw.one([...methods, "DELETE", "TRACE"])
  return {
    method,
    path: draw.chance(0.15) ? misspell(draw, path) : path,
    query: draw.one(["", "q=a", "q=me", "q=auth0%7Cx"]),
  }
}

function randomSegment(draw: Draw): string {
  return spell(draw, draw.chance(0.5) ? draw.one(literals) : encodeURIComponent(draw.one(ids.filter(isSayable))))
}

/** No IAM pattern can deny a letter that it reads as a wildcard, and nothing is no segment. */
function isSayable(id: string): boolean {
  return id !== "" && id !== "a*b"
}

/** An escaped segment as it stands, as browsers send it, or as RFC 3986 would have it. */
function spell(draw: Draw, escaped: string): string {
  if (draw.chance(0.6)) return escaped
  const raw = draw.one([/%(?:5B|5D|7C)/g, /%40/g, /%(?:5B|5D|7C|40)/g])
  return escaped.replace(raw, decodeURIComponent)
}

/** The same path in a spelling that servers read in another way, or one that is to be refused. */
function misspell(draw: Draw, path: string): string {
  const at = draw.whole(1, path.length)
  const letter = path[at] ?? "a"
  const escaped = /[A-Za-z]/.test(letter) ? `%${letter.charCodeAt(0).toString(16)}` : letter
  return draw.one([
    path.slice(0, at) + escaped + path.slice(at + 1),
    path.replaceAll("%C3%A9", "%c3%a9"),
    path.replaceAll("%C3%A9", "\u00e9"),
    path.replaceAll("%7C", "|"),
    path.replaceAll("%40", "@"),
    `${path.slice(0, at)}/${path.slice(at)}`,
    `${path.slice(0, at)}/../${path.slice(at)}`,
    `${path.slice(0, at)}/./${path.slice(at)}`,
    `${path}#x`,
    `${path}/..`,
    `${path}/.`,
    `${path.slice(0, at)}%2e%2e/${path.slice(at)}`,
    `${path.slice(0, at)};x${path.slice(at)}`,
    `${path.slice(0, at)}\\${path.slice(at)}`,
    `${path.slice(0, at)}%2F${path.slice(at)}`,
    `${path.slice(0, at)}%00${path.slice(at)}`,
    `${path.slice(0, at)}%zz${path.slice(at)}`,
    `${path.slice(0, at)}%FF${path.slice(at)}`,
  ])
}
