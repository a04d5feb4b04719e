import { isJsonObject } from "../../core/json.ts"
import { scopeToken } from "../../core/requirement-schema.ts"
import { type Ask, anyToken, askForOne } from "./openapi-ask.ts"
import { type JsonObject, member, members, resolve } from "./openapi-document.ts"
import type { Say } from "./openapi-note.ts"

/** What a document leaves open, and only its owner knows. */
export interface SecurityOptions {
  /** Names of security schemes that are access tokens, whatever the document says of them. */
  readonly bearerSchemes: readonly string[]
  /** Whether an operation is public where a token is optional; else a token is needed. */
  readonly optionalIsPublic: boolean
  /** Whether an operation is public of which nothing is said; else any valid token is needed. */
  readonly undeclaredIsPublic: boolean
}

/** One way in: what a token needs, and what is needed beside it that no token is. */
interface WayIn {
  /** By the document's names. */
  readonly schemes: readonly string[]
  readonly scopes: readonly string[]
  readonly hasToken: boolean
  /** As people read them. */
  readonly others: readonly string[]
}

/**
 * What an operation asks for by its `security`, or the document's (OpenAPI 3.2 §4.30): one of several ways in. Where the ways
 * can't be told apart by the token, the narrower ones count. What is not the same as in the document is said through `say`.
 */
export function translateSecurity(security: unknown, document: JsonObject, options: SecurityOptions, say: Say): Ask {
  if (security === undefined) {
    if (options.undeclaredIsPublic) return "public"
    say("undeclared_security")
    return anyToken
  }
  if (!Array.isArray(security) || !security.every(isJsonObject)) {
    say("malformed_security")
    return "refused"
  }

  const named = security.filter((requirement) => Object.keys(requirement).length > 0)
  const isOptional = named.length < security.length
  if (named.length === 0 || (isOptional && options.optionalIsPublic)) return "public"
  if (isOptional) say("optional_token")

  const ways = named.flatMap((requirement) => readWay(requirement, document, options, say) ?? [])
  return chooseWays(ways, say)
}

function chooseWays(ways: readonly WayIn[], say: Say): Ask {
  const withToken = ways.filter(({ hasToken }) => hasToken)
  if (withToken.length === 0) {
    if (ways.length > 0) say("unsupported_scheme", listed(ways.map(describe), "or"))
    return "refused"
  }

  // What is needed beside the token isn't checked here, so such a way would be the easiest.
  const plain = withToken.filter(({ others }) => others.length === 0)
  const kept = plain.length > 0 ? plain : withToken
  for (const way of ways) if (!kept.includes(way)) say("dropped_alternative", describe(way))
  for (const { others } of kept) if (others.length > 0) say("unchecked_scheme", listed(others, "and"))

  const scoped = kept.filter(({ scopes }) => scopes.length > 0)
  const tooWide = kept.filter((way) => way.scopes.length === 0 && scoped.some((other) => !hasSameSchemes(way, other)))
  for (const way of tooWide) say("unscoped_alternative", describe(way))
  return askForOne(kept.filter((way) => !tooWide.includes(way)).map(({ scopes }) => scopes))
}

/** Null where a scope is none. */
function readWay(requirement: JsonObject, document: JsonObject, options: SecurityOptions, say: Say): WayIn | null {
  const tokens: { name: string; scopes: readonly string[] }[] = []
  const others: string[] = []
  for (const [name, asked] of Object.entries(requirement)) {
    const scheme = schemeOf(name, document)
    const isOAuth = scheme?.type === "oauth2" || scheme?.type === "openIdConnect"
    const isBearer = scheme?.type === "http" && String(scheme.scheme).toLowerCase() === "bearer"
    if (!isOAuth && !isBearer && !options.bearerSchemes.includes(name)) {
      others.push(describeScheme(name, scheme))
      continue
    }
    const scopes = (Array.isArray(asked) ? asked : [asked]).flatMap((scope) => String(scope).split(/\s+/))
    const wrong = scopes.filter((scope) => !scopeToken.test(scope))
    if (wrong.length > 0) {
      say("scope_form", listed(wrong.map(quoted), "and"))
      return null
    }
    if (!isOAuth && scopes.length > 0) say("roles", quoted(name))
    tokens.push({ name, scopes })
  }

  const scopes = tokens.flatMap((token) => token.scopes)
  const differ = tokens.some((token) => !scopes.every((scope) => token.scopes.includes(scope)))
  if (differ)
    say(
      "joined_tokens",
      listed(
        tokens.map(({ name }) => quoted(name)),
        "and",
      ),
    )
  return { schemes: Object.keys(requirement), scopes, hasToken: tokens.length > 0, others }
}

/** By its name, or in OpenAPI 3.2 by a reference within the document; null where it is not there. */
function schemeOf(name: string, document: JsonObject): JsonObject | null {
  const schemes = member(member(document, "components"), "securitySchemes")
  return resolve(member(schemes, name) ?? (name.startsWith("#") ? { $ref: name } : undefined), document)
}

function describe({ schemes, others, hasToken }: WayIn): string {
  return hasToken ? listed(schemes.map(quoted), "with") : listed(others, "with")
}

function describeScheme(name: string, scheme: JsonObject | null): string {
  if (!scheme) return `${quoted(name)} (not described)`
  const { type, in: place } = scheme
  if (type === "apiKey") return `${quoted(name)} (API key, ${place} ${scheme.name})`
  return `${quoted(name)} (${type === "http" ? `HTTP ${scheme.scheme}` : type})`
}

function hasSameSchemes(a: WayIn, b: WayIn): boolean {
  return a.schemes.length === b.schemes.length && a.schemes.every((name) => b.schemes.includes(name))
}

function listed(parts: readonly string[], word: string): string {
  return [...new Set(parts)].join(` ${word} `)
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

/** The names of the schemes that a document describes. */
export function schemeNames(document: JsonObject): readonly string[] {
  return members(member(member(document, "components"), "securitySchemes")).map(([name]) => name)
}
