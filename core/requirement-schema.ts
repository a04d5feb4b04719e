import * as v from "valibot"
import { listOf, mapOf, matching, seconds, strict, text } from "./config-values.ts"
import type { RequirementInput } from "./requirement-input.ts"
import { isExact } from "./test-value.ts"

// What RFC 6749 §3.3 lets a scope hold; it fits a quoted challenge parameter without escapes, so acr values keep to it, too.
export const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

const scopes = listOf(
  matching(scopeToken, "must be one scope, without spaces"),
  "must be a list of scopes, at least one",
)
const permissions = listOf(text("must be a permission"), "must be a list of permissions, at least one")

const exactNumber = v.pipe(v.number(), v.check(isExact, "must be a number that JSON can hold; write long ids as texts"))
const scalar = v.union([v.string(), exactNumber, v.boolean()], "must be a text, a number, true or false")
const scalars = listOf(scalar, "must be a list of values, at least one")
const fromClaim = strict({ claim: text('must name a claim, as { claim: "sub" }') })
const operand = <const Constant extends v.GenericSchema>(constant: Constant, what: string) =>
  v.union([constant, fromClaim], `must be ${what}, or { claim: "…" }`)

const asksSomething = <Asked extends object>(what: string) =>
  v.check<Asked, string>(
    (asked) => Object.values(asked).some((one) => one !== undefined),
    `must ask for something: ${what}`,
  )

const claimTest = v.pipe(
  strict({
    equals: v.optional(operand(scalar, "a text, a number, true or false")),
    oneOf: v.optional(operand(scalars, "a list of values, at least one")),
    contains: v.optional(scalar),
    containsAny: v.optional(scalars),
    containsAll: v.optional(scalars),
    exists: v.optional(v.boolean("must be true or false")),
  }),
  asksSomething("equals, oneOf, contains, containsAny, containsAll or exists"),
)

const requestTest = v.pipe(
  strict({
    equals: v.optional(operand(v.string(), "a text")),
    oneOf: v.optional(operand(listOf(v.string("must be a text"), "must be a list"), "a list of texts, at least one")),
    exists: v.optional(v.boolean("must be true or false")),
  }),
  asksSomething("equals, oneOf or exists"),
)

// RFC 9110 §5.6.2, in lower case: as a request's headers are looked up.
const requestPart = /^(?:params\.[A-Za-z_]\w*|query\..+|headers\.[!#$%&'*+\-.^_`|~0-9a-z]+)$/
/** Of a connection, or of proxies and identities, by which the guard lets no client speak. */
const unseenHeaders =
  /^headers\.(?:(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|forwarded|x-rewrite-url)$|x-auth-|x-forwarded-|x-original-|x-amzn-|x-http-method|cf-access-|client-cert)/
const requestParts = v.pipe(
  mapOf(
    matching(
      requestPart,
      'must be "params." and a path parameter, "query." and a query parameter, or "headers." and a header in lower case',
    ),
    requestTest,
    "must map parts of the request to tests",
  ),
  asksSomething("params, query or headers"),
  v.check(
    (parts) => !Object.keys(parts).some((part) => /^headers\.(?:authorization|proxy-authorization|cookie)$/.test(part)),
    "must not look at credentials; a rule is about claims, and about what is no secret",
  ),
  v.check(
    (parts) => !Object.keys(parts).some((part) => unseenHeaders.test(part)),
    "must not look at a header that ends at the guard: the origin would not see it",
  ),
)

const claimTests = v.pipe(
  mapOf(text("must name a claim"), claimTest, "must map claims to tests"),
  asksSomething("name a claim"),
)

const stepUp = v.pipe(
  strict({
    acr: v.optional(
      listOf(matching(scopeToken, "must be one acr value, without spaces"), "must be a list of acr values"),
    ),
    amr: v.optional(listOf(text("must be an authentication method"), "must be a list of authentication methods")),
    maxAgeSeconds: v.optional(seconds(0, 315_360_000)),
  }),
  asksSomething("acr, amr or maxAgeSeconds"),
)

const organization = v.union(
  [v.literal(true), text("must be an organisation's id"), listOf(text("must be an id"), "must be a list")],
  "must be an organisation's id, a list of them, or true for any",
)

// A requirement may hold others, so its schema has to name itself before it is there. Of what is given, the kind is clear, so that
// a mistake is told where it is; a union would only say that neither fits.
const nested: v.GenericSchema<RequirementInput> = v.lazy(() => requirementSchema)
const named = text("must be the name of a requirement")
const nameOrRequirement = v.union([named, nested], "must be the name of a requirement, or a requirement")
const nestedList = listOf(
  v.lazy((input): v.GenericSchema<string | RequirementInput> => {
    if (typeof input === "string") return named
    return typeof input === "object" && input !== null ? nested : nameOrRequirement
  }),
  "must be a list of requirements, at least one",
)

/** The keys by which a rule, or a named requirement, asks for something. */
export const requirementEntries = {
  scopes: v.optional(scopes),
  anyScope: v.optional(scopes),
  permissions: v.optional(permissions),
  anyPermission: v.optional(permissions),
  claims: v.optional(claimTests),
  where: v.optional(requestParts),
  principal: v.optional(v.picklist(["user", "machine"], 'must be "user" or "machine"')),
  refusedGrantTypes: v.optional(listOf(text("must be a grant type"), "must be a list of grant types, at least one")),
  organization: v.optional(organization),
  issuers: v.optional(listOf(text("must be an issuer"), "must be a list of issuers, at least one")),
  audience: v.optional(text("must be an audience")),
  stepUp: v.optional(stepUp),
  allOf: v.optional(nestedList),
  anyOf: v.optional(nestedList),
  binding: v.optional(
    v.custom<undefined>(
      () => false,
      "is reserved: no proof of possession is checked yet, and bound tokens are refused",
    ),
  ),
}

/**
 * A requirement as people write it; not one that asks for nothing, which as one of several would let everybody in. What it refers
 * to, names and parameters, is not checked here.
 */
export const requirementSchema = v.pipe(strict(requirementEntries), asksSomething("scopes, claims, where or the like"))
