import * as v from "valibot"
import { type AlgorithmName, algorithms } from "./algorithms.ts"
import { count, listOf, matching, seconds, strict, text } from "./config-values.ts"
import { isAllowedEndpoint } from "./endpoint.ts"
import { keyLimitsSchema } from "./key-limits-schema.ts"
import { parsePathPattern } from "./path-pattern.ts"
import { defaultJwksUri, type ProfileName, profiles } from "./profiles.ts"
import { readPublicKey } from "./public-key.ts"
import { findConflicts } from "./route-conflicts.ts"
import type { Rule } from "./routes.ts"

// RFC 9110 §5.6.2; RFC 6749 §3.3; what a quoted challenge parameter may hold without escapes (RFC 6750 §3).
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/
const quotable = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

// These carry the request itself, or are the guard's own: a claim in their place would change what is sent or who it is from.
const reservedHeaders =
  /^(?:authorization|connection|content-.*|cookie|host|te|trailer|transfer-encoding|upgrade|x-auth-(?:sub|scope))$/

const endpoint = v.pipe(
  v.string("must be a URL"),
  v.check(isAllowedEndpoint, "must be an https URL without a fragment (plain http only on this machine's loopback)"),
)

const issuer = v.pipe(
  strict({
    issuer: v.pipe(
      endpoint,
      v.check((url) => !url.includes("?"), "must have no query"),
    ),
    audiences: listOf(
      text("must be a string that is not empty"),
      "must be a list; list the audiences this API answers to",
    ),
    algorithms: v.optional(
      listOf(
        v.picklist(Object.keys(algorithms) as AlgorithmName[], `must be one of ${Object.keys(algorithms).join(", ")}`),
        "must be a list of algorithms",
      ),
      ["RS256"],
    ),
    profile: v.optional(
      v.picklist(Object.keys(profiles) as ProfileName[], `must be one of ${Object.keys(profiles).join(", ")}`),
      "oidc",
    ),
    jwksUri: v.optional(endpoint),
    scopeClaim: v.optional(text("must name a claim"), "scope"),
    permissionsClaim: v.optional(text("must name a claim"), "permissions"),
    maximumLifetimeSeconds: v.optional(seconds(1, 315_360_000)),
    keys: v.optional(keyLimitsSchema, {}),
  }),
  v.transform(({ jwksUri, maximumLifetimeSeconds, ...rest }) => ({
    ...rest,
    jwksUri: jwksUri ?? defaultJwksUri(rest.issuer, rest.profile),
    maximumLifetimeSeconds: maximumLifetimeSeconds ?? null,
  })),
)

const issuers = v.pipe(
  listOf(issuer, "must be a list of at least one issuer"),
  v.check(
    (list) => new Set(list.map((one) => one.issuer)).size === list.length,
    "each issuer may stand once; join their audiences",
  ),
)

const path = v.pipe(
  v.string('must be a path such as "/orders/:id"'),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
    const pattern = parsePathPattern(value)
    if (!("problem" in pattern)) return { text: value, pattern }
    addIssue({ message: pattern.problem })
    return NEVER
  }),
)

const scopes = listOf(
  matching(scopeToken, "must be one scope, without spaces"),
  "must be a list of scopes, at least one",
)
const permissions = listOf(text("must be a permission"), "must be a list of permissions, at least one")
const methods = listOf(
  v.pipe(
    matching(token, "must be an HTTP method"),
    v.check((name) => name === name.toUpperCase(), "must be in upper case"),
  ),
  "must be a list of HTTP methods, at least one",
)

const route = v.pipe(
  strict({
    path,
    methods: v.optional(methods),
    access: v.optional(v.literal("public", 'must be "public", or left out where a token is needed')),
    scopes: v.optional(scopes),
    anyScope: v.optional(scopes),
    permissions: v.optional(permissions),
    anyPermission: v.optional(permissions),
  }),
  v.check(
    ({ access, scopes, anyScope, permissions, anyPermission }) =>
      access === undefined || !(scopes || anyScope || permissions || anyPermission),
    "a public rule asks for no token, so it can't ask for scopes or permissions",
  ),
  v.transform(
    ({ path, methods, access, scopes, anyScope, permissions, anyPermission }): Rule => ({
      name: methods ? `${methods.join(",")} ${path.text}` : path.text,
      pattern: path.pattern,
      methods: methods ?? null,
      access: access ?? "token",
      scopes: scopes ?? [],
      anyScope: anyScope ?? null,
      permissions: permissions ?? [],
      anyPermission: anyPermission ?? null,
    }),
  ),
)

const routes = v.pipe(
  v.array(route, "must be a list of rules"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    for (const { first, second, on } of findConflicts(dataset.value)) {
      const rules = `"${first.name}" and "${second.name}"`
      const message = on
        ? `${rules} both cover ${on}, and neither is the more specific; give ${on} a rule of its own, or change one`
        : `${rules} cover the same requests; join them, or remove one`
      addIssue({ message })
    }
  }),
)

const claimHeaders = v.pipe(
  v.record(matching(token, "must be a header name"), text("must name a claim"), "must map header names to claim names"),
  v.check(
    (headers) => !Object.keys(headers).some((name) => reservedHeaders.test(name.toLowerCase())),
    "must not name a header that carries the request itself, or x-auth-sub, or x-auth-scope",
  ),
  v.transform((headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, claim]) => [name.toLowerCase(), claim])),
  ),
)

const origin = v.pipe(
  v.string("must be an origin"),
  v.check(
    (value) => URL.parse(value)?.origin === value,
    'must be an origin as browsers send it, such as "https://app.example.com"',
  ),
)
const headerName = matching(token, "must be a header name")
const headerNames = listOf(headerName, "must be a list of header names, at least one")

// A snapshot that was edited by hand, or cut short, is found out when it is deployed, not when keys are missing.
const pinnedKey = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
    const key = readPublicKey(value)
    if (typeof key !== "string") return key
    addIssue({ message: `${key}; make the snapshot anew with "edge-authorizer keys pin"` })
    return NEVER
  }),
)
const pinnedKeys = strict({
  issuers: v.array(
    strict({
      issuer: text("must name an issuer"),
      fetchedAt: v.number("must be a time in milliseconds"),
      freshSeconds: v.optional(v.nullable(v.number("must be a number of seconds"))),
      keys: listOf(pinnedKey, "must be a list of keys, at least one"),
    }),
    "must be a list of issuers",
  ),
})

/** The whole policy: what people write in, what `Config` holds out. */
export const configSchema = strict({
  issuers,
  routes: v.optional(routes),
  unmatched: v.optional(v.picklist(["deny", "authenticated"], 'must be "deny" or "authenticated"'), "deny"),
  // Auth0's own API libraries tolerate five seconds; RFC 9068 §4 speaks of a few minutes at the very most.
  clockToleranceSeconds: v.optional(seconds(0, 120), 5),
  challenge: v.optional(
    strict({
      realm: v.optional(matching(quotable, "must be printable ASCII without quotes and backslashes"), "api"),
      resourceMetadata: v.optional(v.pipe(endpoint, v.regex(quotable, "must hold no quotes and no spaces"))),
    }),
    {},
  ),
  upstream: v.optional(
    strict({
      headers: v.optional(claimHeaders, {}),
      authorization: v.optional(v.picklist(["keep", "drop"], 'must be "keep" or "drop"'), "drop"),
    }),
    {},
  ),
  cors: v.optional(
    strict({
      origins: v.union(
        [v.literal("*"), listOf(origin, "must be a list of origins")],
        'must be a list of origins, or "*"',
      ),
      methods: v.optional(methods, ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
      headers: v.optional(headerNames, ["authorization", "content-type"]),
      exposedHeaders: v.optional(v.array(headerName, "must be a list of header names"), []),
      // Chromium honours at most two hours.
      maxAgeSeconds: v.optional(seconds(0, 86_400), 7200),
    }),
  ),
  pinnedKeys: v.optional(pinnedKeys, { issuers: [] }),
  // As many as a busy isolate sees in the minutes that it lives, in a sixteenth of the 128 MB that it has.
  memo: v.optional(
    strict({
      maximumTokens: v.optional(count(0, 1_000_000), 5000),
      maximumBytes: v.optional(count(0, 1_073_741_824), 8_388_608),
    }),
    {},
  ),
})
