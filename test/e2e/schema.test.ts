import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import deployedPolicy from "../../authorizer.config.ts"
import { ConfigError, type ConfigInput, parseConfig } from "../../core/index.ts"
import { schemaText } from "../../scripts/write-schema.ts"
import { drawFrom } from "../parity/draw.ts"
import { randomPolicy } from "../parity/random-policy.ts"
import { type JsonSchema, mismatches } from "../support/json-schema.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const text = readFileSync(join(root, "authorizer.schema.json"), "utf8")
const schema: JsonSchema = JSON.parse(text)

test("authorizer.schema.json is what npm run build:schema writes", async () => {
  expect(text).toBe(await schemaText())
})

test("each key of a rule is described for editors", () => {
  const { properties } = schema as { properties: Record<string, { items: { properties: Record<string, JsonSchema> } }> }
  const keys = Object.entries(properties.routes?.items.properties ?? {})
  expect(keys.length).toBeGreaterThan(15)
  expect(keys.filter(([, { description }]) => !description).map(([key]) => key)).toEqual([])
})

const issuers = [{ issuer: "https://issuer.example/", audiences: ["https://api.example"] }]
const rule = (asked: object) => ({ issuers, routes: [{ path: "/orders/:id", ...asked }] })
const jsonOf = (value: unknown) => JSON.parse(JSON.stringify(value))

/** What `parseConfig` says of a policy, or null. */
function problemsOf(policy: unknown): readonly string[] | null {
  try {
    parseConfig(policy as ConfigInput, { ISSUER: "https://issuer.example/", AUDIENCE: "https://api.example" })
    return null
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path)
    throw error
  }
}

describe("a policy that is taken fits the schema", () => {
  const policies: [string, object][] = [
    ["nothing", {}],
    ["issuers alone", { issuers }],
    ["the file that says what it is", { $schema: "./authorizer.schema.json", issuers }],
    ["a public rule", rule({ access: "public" })],
    [
      "a claim of each type",
      rule({ claims: { a: { equals: 7 }, b: { oneOf: ["x", true] }, "https://c.example/": { exists: false } } }),
    ],
    ["a claim against another", rule({ claims: { a: { equals: { claim: "b" } }, b: { oneOf: { claim: "c" } } } })],
    [
      "parts of the request",
      rule({
        where: {
          "params.id": { equals: { claim: "sub" } },
          "query.a b": { exists: true },
          "headers.x-a": { oneOf: ["b"] },
        },
      }),
    ],
    [
      "organisations in each way",
      {
        issuers,
        routes: [
          { path: "/a", organization: true },
          { path: "/b", organization: "o" },
          { path: "/c", organization: ["o", "p"] },
        ],
      },
    ],
    [
      "requirements in each other",
      {
        issuers,
        requirements: { a: { scopes: ["x"] } },
        routes: [{ path: "/", allOf: ["a", { anyOf: ["a", { permissions: ["y"] }] }] }],
      },
    ],
    ["step-up", rule({ stepUp: { acr: ["urn:mfa"], amr: ["otp"], maxAgeSeconds: 300 } })],
    [
      "everything else",
      {
        issuers,
        routes: [],
        unmatched: "authenticated",
        clockToleranceSeconds: 0,
        memo: { maximumTokens: 0 },
        apiGateway: { cacheKey: "call" },
        cors: { origins: "*" },
        upstream: { headers: { "x-a": "b" }, authorization: "keep" },
        challenge: { realm: "r" },
      },
    ],
  ]
  test.each(policies)("%s", (_name, policy) => {
    expect(problemsOf(policy)).toBeNull()
    expect(mismatches(policy, schema)).toEqual([])
  })

  test("the one of this checkout", () => expect(mismatches(jsonOf(deployedPolicy), schema)).toEqual([]))

  test("random ones", () => {
    const known = [{ ...issuers[0], jwksUri: "https://issuer.example/keys" } as never]
    for (let seed = 1; seed <= 200; seed++) {
      const { input } = randomPolicy(drawFrom(seed), known)
      expect(mismatches(jsonOf(input), schema)).toEqual([])
    }
  })
})

describe("a policy of the wrong form fits neither", () => {
  const policies: [string, object, string][] = [
    ["an unknown key", { issuers, rules: [] }, "rules"],
    ["an unknown key of a rule", rule({ scope: ["a"] }), "routes[0].scope"],
    ["a rule without a path", { issuers, routes: [{}] }, "routes[0].path"],
    ["no issuer", { issuers: [] }, "issuers"],
    ["an issuer without audiences", { issuers: [{ issuer: "https://issuer.example/" }] }, "issuers[0].audiences"],
    ["a scope that is two", rule({ scopes: ["a b"] }), "routes[0].scopes[0]"],
    ["no scope in a list", rule({ scopes: [] }), "routes[0].scopes"],
    ["a list that is a text", rule({ permissions: "a" }), "routes[0].permissions"],
    ["another access", rule({ access: "private" }), "routes[0].access"],
    ["another principal", rule({ principal: "robot" }), "routes[0].principal"],
    ["an unknown test of a claim", rule({ claims: { a: { is: 7 } } }), "routes[0].claims.a.is"],
    ["a claim against null", rule({ claims: { a: { contains: null } } }), "routes[0].claims.a.contains"],
    ["a part of what is no request", rule({ where: { "body.a": { exists: true } } }), "routes[0].where.body.a"],
    ["a header in capitals", rule({ where: { "headers.X-A": { exists: true } } }), "routes[0].where.headers.X-A"],
    ["a part against a number", rule({ where: { "query.a": { oneOf: [7] } } }), "routes[0].where.query.a.oneOf"],
    ["no organisation", rule({ organization: false }), "routes[0].organization"],
    ["half a second", rule({ stepUp: { maxAgeSeconds: 0.5 } }), "routes[0].stepUp.maxAgeSeconds"],
    ["the key that is reserved", rule({ binding: "dpop" }), "routes[0].binding"],
    [
      "deep within requirements",
      { issuers, requirements: { a: { anyOf: [{ allOf: [{ scopes: [7] }] }] } } },
      "requirements.a.anyOf",
    ],
    ["another cache key", { issuers, apiGateway: { cacheKey: "path" } }, "apiGateway.cacheKey"],
    ["too long a tolerance", { issuers, clockToleranceSeconds: 121 }, "clockToleranceSeconds"],
    ["an unknown algorithm", { issuers: [{ ...issuers[0], algorithms: ["HS256"] }] }, "issuers[0].algorithms[0]"],
  ]
  test.each(policies)("%s", (_name, policy, place) => {
    expect(problemsOf(policy)?.some((path) => path.startsWith(place))).toBe(true)
    expect(mismatches(policy, schema).some((path) => path.startsWith(`policy.${place}`))).toBe(true)
  })
})

test("what only parseConfig can see is no matter of form", () => {
  const policies = [
    { issuers, routes: [{ path: "/a" }, { path: "/a" }] },
    rule({ allOf: ["nobody"] }),
    rule({ where: { "params.other": { exists: true } } }),
    rule({ stepUp: {} }),
    rule({ access: "public", scopes: ["a"] }),
    { issuers: [{ issuer: "http://issuer.example/", audiences: ["a"] }] },
  ]
  for (const policy of policies) {
    expect(problemsOf(policy)).not.toBeNull()
    expect(mismatches(policy, schema)).toEqual([])
  }
})

const examples = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({ name, value: JSON.parse(readFileSync(join(root, "examples", name), "utf8")) }))
  .filter(({ value }) => "routes" in value)
describe.skipIf(examples.length === 0)("policies among the examples", () => {
  test.each(examples)("$name", ({ value }) => expect(mismatches(value, schema)).toEqual([]))
})
