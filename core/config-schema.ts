import * as v from "valibot"
import { type AlgorithmName, algorithms } from "./algorithms.ts"
import { count, listOf, mapOf, matching, seconds, strict, text } from "./config-values.ts"
import { isAllowedEndpoint } from "./endpoint.ts"
import { keyLimitsSchema } from "./key-limits-schema.ts"
import { parsePathPattern } from "./path-pattern.ts"
import { defaultJwksUri, type ProfileName, profiles } from "./profiles.ts"
import { readPublicKey } from "./public-key.ts"
import { requirementEntries, requirementSchema } from "./requirement-schema.ts"

// RFC 9110 §5.6.2; what a quoted challenge parameter may hold without escapes (RFC 6750 §3).
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
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
    acrClaim: v.optional(text("must name a claim"), "acr"),
    amrClaim: v.optional(text("must name a claim"), "amr"),
    authTimeClaim: v.optional(text("must name a claim"), "auth_time"),
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

// No "*", which is a method for RFC 9110 and any method for IAM.
const methodName = /^[!#$%&'+\-.^_`|~0-9A-Za-z]+$/
const methods = listOf(
  v.pipe(
    matching(methodName, 'must be an HTTP method; for all of them, leave "methods" out'),
    v.check((name) => name === name.toUpperCase(), "must be in upper case"),
  ),
  "must be a list of HTTP methods, at least one",
)

const route = v.pipe(
  strict({
    path,
    methods: v.optional(methods),
    access: v.optional(v.literal("public", 'must be "public", or left out where a token is needed')),
    report: v.optional(v.boolean("must be true or false"), false),
    ...requirementEntries,
  }),
  v.check(
    ({ path: _path, methods: _methods, access, report, ...asked }) =>
      access === undefined || (!report && Object.values(asked).every((value) => value === undefined)),
    "a public rule asks for no token, so it can't ask for anything else, and has nothing to report",
  ),
)

const routes = v.array(route, "must be a list of rules")

const claimHeaders = v.pipe(
  mapOf(matching(token, "must be a header name"), text("must name a claim"), "must map header names to claim names"),
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
  $schema: v.optional(v.string("must be a URL or a file")),
  routes: v.optional(routes),
  requirements: v.optional(mapOf(text("must be a name"), requirementSchema, "must map names to requirements"), {}),
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
  apiGateway: v.optional(
    strict({ cacheKey: v.optional(v.picklist(["token", "call"], 'must be "token" or "call", or left out')) }),
    {},
  ),
  // As many as a busy isolate sees in the minutes that it lives, in a sixteenth of the 128 MB that it has.
  memo: v.optional(
    strict({
      maximumTokens: v.optional(count(0, 1_000_000), 5000),
      maximumBytes: v.optional(count(0, 1_073_741_824), 8_388_608),
    }),
    {},
  ),
})
