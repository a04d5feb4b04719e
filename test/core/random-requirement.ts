import fc from "fast-check"
import type { ClaimTestInput, RequestTestInput, RequirementInput, StepUpInput } from "../../core/index.ts"

// Requirements over a few claims and parameters, so that chance meets them and fails them.

/** Claims, each by the name that a policy has for it, and by the names that lead to it in a token. */
export const claimPlaces: Readonly<Record<string, readonly string[]>> = {
  plain: ["plain"],
  "realm.roles": ["realm", "roles"],
  "https://example.com/roles.v1": ["https://example.com/roles.v1"],
  "/https:~1~1example.com~1app/tier~0": ["https://example.com/app", "tier~"],
  "/__proto__": ["__proto__"],
  "constructor.name": ["constructor", "name"],
  org_id: ["org_id"],
  sub: ["sub"],
}
export const parameterNames = ["first", "second"] as const
export const queryNames = ["org", "page size"] as const
export const headerNames = ["x-org", "x-v"] as const

const claimName = fc.constantFrom(...Object.keys(claimPlaces))
const text = fc.constantFrom("a", "b", "7", "auth0|alice", "")
const scalar = fc.oneof(text, fc.constantFrom<string | number | boolean>(7, 0, true, false))
const scalars = fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 })
const fromClaim = fc.record({ claim: claimName })

/** Takes away what is undefined, and makes sure that something is left. */
const some = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc
    .tuple(fc.record(fields), fc.subarray(Object.keys(fields), { minLength: 1, maxLength: 2 }))
    .map(([all, kept]) => Object.fromEntries(Object.entries(all).filter(([name]) => kept.includes(name))) as T)

const claimTest = some<ClaimTestInput>({
  equals: fc.oneof(scalar, fromClaim),
  oneOf: fc.oneof(scalars, fromClaim),
  contains: scalar,
  containsAny: scalars,
  containsAll: scalars,
  exists: fc.boolean(),
})
const requestTest = some<RequestTestInput>({
  equals: fc.oneof(text, fromClaim),
  oneOf: fc.oneof(fc.uniqueArray(text, { minLength: 1, maxLength: 3 }), fromClaim),
  exists: fc.boolean(),
})
const part = fc.constantFrom(
  ...parameterNames.map((name) => `params.${name}`),
  ...queryNames.map((name) => `query.${name}`),
  ...headerNames.map((name) => `headers.${name}`),
)
const words = (...all: string[]) => fc.subarray(all, { minLength: 1 })

const stepUp = some<StepUpInput>({
  acr: words("mfa", "pin"),
  amr: words("otp", "pwd"),
  maxAgeSeconds: fc.constantFrom(0, 60),
})

/** What a requirement asks for itself. */
const own = some<RequirementInput>({
  scopes: words("read", "write"),
  anyScope: words("read", "write"),
  permissions: words("read", "write"),
  anyPermission: words("read", "write"),
  claims: fc.dictionary(claimName, claimTest, { minKeys: 1, maxKeys: 2 }),
  where: fc.dictionary(part, requestTest, { minKeys: 1, maxKeys: 2 }),
  principal: fc.constantFrom("user", "machine"),
  refusedGrantTypes: words("password", "client-credentials"),
  organization: fc.oneof(fc.constant(true as const), fc.constantFrom("a", "b"), words("a", "b")),
  issuers: words("https://tenant.example/", "https://other.example/"),
  audience: fc.constantFrom("https://api.example.com", "https://admin.example.com"),
  stepUp,
})

/** The names that `allOf` and `anyOf` may refer to. */
export const requirementNames = ["one", "two", "three"] as const

/** A requirement of some depth, with names in it. */
export const anyRequirement = fc.letrec<{ requirement: RequirementInput; part: string | RequirementInput }>((tie) => ({
  requirement: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    own,
    fc
      .tuple(
        fc.option(own, { nil: {} }),
        some<RequirementInput>({
          allOf: fc.array(tie("part"), { minLength: 1, maxLength: 3 }),
          anyOf: fc.array(tie("part"), { minLength: 1, maxLength: 3 }),
        }),
      )
      .map(([first, parts]) => ({ ...first, ...parts })),
  ),
  part: fc.oneof({ maxDepth: 3 }, fc.constantFrom(...requirementNames), tie("requirement")),
})).requirement

/** What the names stand for; none refers to another. */
export const namedRequirements = fc.record({ one: own, two: own, three: own })
