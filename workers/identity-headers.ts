import { type Claims, claim, type Principal, type Upstream } from "../core/index.ts"

// Headers by which a proxy, a gateway or a framework tells an origin who calls, or where the call was meant to go. A client
// that could send one would be believed.
const strippedPrefixes = [
  "cf-access-",
  "client-cert",
  "ssl-client-",
  "x-amzn-mtls-",
  "x-amzn-oidc-",
  "x-auth-",
  "x-authenticated-",
  "x-authentik-",
  "x-authz-",
  "x-consumer-",
  "x-forwarded-",
  "x-goog-authenticated-user-",
  "x-goog-iap-",
  "x-jwt-",
  "x-ms-client-principal",
  "x-original-",
  "x-pomerium-",
  "x-ssl-client-",
  "x-vouch-",
  "x-webauth-",
]
const strippedNames = new Set([
  "forwarded",
  "remote-user",
  "x-client-cert",
  "x-endpoint-api-userinfo",
  "x-host",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-remote-user",
  "x-rewrite-url",
  "x-user",
  "x-userinfo",
])
// Cloudflare writes these two itself.
const keptNames = new Set(["x-forwarded-for", "x-forwarded-proto"])

/** Long enough for any name or address, short enough for the 8 KiB that origins commonly allow all headers together. */
const maximumValueLength = 4096

/** What became of names before: nearly all requests have the same. Cleared when full, and for names of ordinary length alone. */
const knownNames = new Map<string, boolean>()
const maximumKnownNames = 1000
const maximumKnownLength = 64

/**
 * Removes what a client must not tell the origin: identity and rewrite headers under every alias (`X_Auth.Sub`), headers
 * that this policy sets, and everything that `Connection` names, which the next hop would drop again after it was set.
 */
export function stripIdentityHeaders(headers: Headers, upstream: Upstream): void {
  const own = Object.keys(upstream.headers).map(unalias)
  const connection = headers.get("connection")
  const hopByHop = connection === null ? [] : connection.split(",").map(unalias)
  const stripped: string[] = []
  for (const name of headers.keys()) {
    const isOwn = own.length > 0 && own.includes(unalias(name))
    const isNominated = hopByHop.length > 0 && name !== "upgrade" && hopByHop.includes(unalias(name))
    if (isIdentity(name) || isOwn || isNominated) stripped.push(name)
  }
  for (const name of stripped) headers.delete(name)
  if (connection !== null) headers.delete("connection")
}

function isIdentity(name: string): boolean {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  const plain = unalias(name)
  const isStripped = strippedNames.has(plain) || strippedPrefixes.some((prefix) => plain.startsWith(prefix))
  const result = isStripped && !keptNames.has(name)
  if (knownNames.size >= maximumKnownNames) knownNames.clear()
  if (name.length <= maximumKnownLength) knownNames.set(name, result)
  return result
}

/** Origins that turn headers into variables (CGI, WSGI, PHP) see "-", "_" and "." alike. */
function unalias(name: string): string {
  return name.trim().toLowerCase().replace(/[_.]/g, "-")
}

/** Says who calls, for the origin: `x-auth-sub`, `x-auth-scope`, and what the policy maps from claims. */
export function setIdentityHeaders(headers: Headers, principal: Principal, upstream: Upstream): void {
  setHeader(headers, "x-auth-sub", principal.subject)
  setHeader(headers, "x-auth-scope", principal.scopes.join(" "))
  for (const [name, claimName] of Object.entries(upstream.headers))
    setHeader(headers, name, readClaim(principal.claims, claimName))
}

function setHeader(headers: Headers, name: string, value: string | null): void {
  const encoded = value === null ? null : encodeHeaderValue(value)
  if (encoded !== null) headers.set(name, encoded)
}

/** Strings as they are; numbers and booleans as JSON writes them, and so are lists and objects. Null for what is absent. */
function readClaim(claims: Claims, name: string): string | null {
  const value = claim(claims, name)
  if (value === undefined || value === null) return null
  return typeof value === "string" ? value : JSON.stringify(value)
}

/**
 * Visible ASCII and inner spaces stay; every other character, and "%" itself, is percent-encoded as UTF-8, so that
 * `decodeURIComponent` gives back exactly the claim. Null for what has no such form or would be too long: the header is left
 * out then, rather than cut.
 */
export function encodeHeaderValue(value: string): string | null {
  if (!value.isWellFormed()) return null
  const encoded = value.replace(/[^\x21-\x24\x26-\x7e ]|^ | $/gu, (character) =>
    character === " " ? "%20" : encodeURIComponent(character),
  )
  return encoded.length <= maximumValueLength ? encoded : null
}
