import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  type AccessRequest,
  authorizerOf,
  type Config,
  type ConfigInput,
  checkPolicy,
  completePolicy,
  createAuthorizer,
  type Environment,
  parseConfig,
} from "../../core/index.ts"
import { anySituation } from "./random-asking.ts"
import { anyRequirement, namedRequirements } from "./random-requirement.ts"
import { audience, issuer, keys, policy, standingPorts, tokenOf } from "./standing-issuer.ts"

/** What a bundle holds: the policy as it was checked, written down and read again. */
function bundled(input: ConfigInput, environment: Environment = {}): Config {
  return completePolicy(JSON.parse(JSON.stringify(checkPolicy(input))), environment)
}

/** All that a rule can ask. */
const routes: NonNullable<ConfigInput["routes"]> = [
  { path: "/health", access: "public" },
  { path: "/report/**", report: true, scopes: ["x"] },
  {
    path: "/all/:id/**",
    methods: ["GET", "PUT"],
    scopes: ["a"],
    anyScope: ["b"],
    permissions: ["c"],
    anyPermission: ["d"],
    claims: {
      a: {
        equals: -0,
        oneOf: [1, "1", true],
        contains: "\ud800",
        containsAny: [0.1],
        containsAll: ["__proto__"],
        exists: true,
      },
      "https://example.com/a": { equals: { claim: "/b~1c/__proto__" }, oneOf: { claim: "a.b" } },
      "/__proto__/constructor": { exists: false },
    },
    where: {
      "params.id": { equals: { claim: "sub" } },
      "query.__proto__": { oneOf: ["", "a"] },
      "headers.x-a": { exists: false },
    },
    principal: "user",
    refusedGrantTypes: ["password"],
    organization: true,
    issuers: [issuer],
    audience,
    stepUp: { acr: ["a"], amr: ["b"], maxAgeSeconds: 0 },
    allOf: ["named", { scopes: ["e"] }],
    anyOf: ["named", { organization: ["f", "g"] }],
  },
]
const requirements = { named: { claims: { x: { exists: true } } }, toString: { scopes: ["x"] } }

test("with all that a rule can ask, it is the same policy", () => {
  const input: ConfigInput = { ...policy(routes), requirements, apiGateway: {}, unmatched: "authenticated" }
  expect(bundled(input)).toEqual(JSON.parse(JSON.stringify(parseConfig(input))))
})

test("with an issuer of the environment's, too", () => {
  const asks = { scopes: ["a"], claims: { a: { equals: 1 } }, stepUp: { maxAgeSeconds: 5 } }
  const input: ConfigInput = { routes: [{ path: "/", ...asks }] }
  const environment = { AUTH0_DOMAIN: "tenant.example", AUTH0_AUDIENCE: audience }
  expect(bundled(input, environment)).toEqual(parseConfig(input, environment))
})

test("what is wrong is found when it is checked", () => {
  expect(() => checkPolicy({ routes: [{ path: "/a/:id", allOf: ["x"] }] })).toThrow(
    /routes\[0\]\.allOf\[0\]: there is no/,
  )
})

describe("decisions under what a bundle holds", () => {
  const decide = async (config: Config, requests: readonly AccessRequest[]) => {
    const { authorize } = authorizerOf(config, standingPorts())
    return Promise.all(requests.map(authorize))
  }

  test("are those of the policy", async () => {
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(anyRequirement, anyRequirement),
        namedRequirements,
        fc.array(anySituation, { minLength: 4, maxLength: 4 }),
        async ([first, second], named, situations) => {
          const input: ConfigInput = {
            ...policy(
              [
                { path: "/:first/:second/**", ...first },
                { path: "/a/:first/:second/**", ...second, report: true },
              ],
              { audiences: [audience, "https://admin.example.com"] },
            ),
            requirements: named,
          }
          const { issuers = [], ...rest } = input
          const other = { issuer: "https://other.example/", audiences: ["https://other.example"] }
          const whole = { ...rest, issuers: [...issuers, other] }
          const requests = situations.map(
            ({ claims, segments, query, headers }): AccessRequest => ({
              method: "GET",
              path: `/${segments.map(({ sent }) => sent).join("/")}/b`,
              ...(query && { query: query.map(({ sent }) => sent).join("&") }),
              headers: {
                ...Object.fromEntries(headers.map(({ sent }) => sent.split(": ") as [string, string])),
                authorization: `Bearer ${tokenOf(claims, {}, keys.ed25519, "EdDSA")}`,
              },
            }),
          )
          const decisions = await decide(bundled(whole), requests)
          const { authorize } = createAuthorizer(whole, standingPorts())
          expect(decisions).toEqual(await Promise.all(requests.map(authorize)))
          for (const decision of decisions)
            outcomes.add(decision.outcome === "refuse" ? decision.reason : decision.outcome)
        },
      ),
      { numRuns: 300 },
    )
    expect([...outcomes]).toEqual(expect.arrayContaining(["allow", "requirement_unmet", "authentication_insufficient"]))
  })
})
