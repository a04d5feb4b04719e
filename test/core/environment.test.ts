import { describe, expect, test } from "vitest"
import { ConfigError, type Environment, parseConfig } from "../../core/index.ts"

const audience = "https://api.example.com"
const issuerFrom = (environment: Environment) => parseConfig({}, environment).issuers[0]
const problemsOf = (environment: Environment): readonly string[] => {
  try {
    parseConfig({}, environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path)
    throw error
  }
  return []
}

describe("AUTH0_DOMAIN names an issuer, however it is written", () => {
  test.each([
    ["tenant.eu.auth0.com", "https://tenant.eu.auth0.com/"],
    ["tenant.eu.auth0.com/", "https://tenant.eu.auth0.com/"],
    ["https://tenant.eu.auth0.com", "https://tenant.eu.auth0.com/"],
    ["https://tenant.eu.auth0.com///", "https://tenant.eu.auth0.com/"],
    ["HTTPS://Tenant.EU.auth0.com/", "https://tenant.eu.auth0.com/"],
    [" tenant.eu.auth0.com\n", "https://tenant.eu.auth0.com/"],
    ["login.example.com:8443", "https://login.example.com:8443/"],
    ["http://127.0.0.1:4000", "http://127.0.0.1:4000/"],
    ["http://localhost:4000/", "http://localhost:4000/"],
    ["http://[::1]:4000", "http://[::1]:4000/"],
  ])("%j", (domain, issuer) => {
    expect(issuerFrom({ AUTH0_DOMAIN: domain, AUTH0_AUDIENCE: audience })).toMatchObject({
      issuer,
      audiences: [audience],
      profile: "auth0",
      algorithms: ["RS256"],
      jwksUri: `${issuer}.well-known/jwks.json`,
    })
  })
})

describe("AUTH0_DOMAIN is refused", () => {
  const wrong = [
    ...[
      "tenant.example/path",
      "https://tenant.example/path/",
      "tenant.example?a=b",
      "tenant.example#a",
      "a@tenant.example",
      ":b@tenant.example",
    ],
    ...[
      "http://tenant.example",
      "http://10.0.0.1",
      "http://127.0.0.1.example",
      "ftp://tenant.example",
      "a b",
      "https://",
      "/",
    ],
  ]
  test.each(wrong)("%s", (domain) => {
    expect(problemsOf({ AUTH0_DOMAIN: domain, AUTH0_AUDIENCE: audience })).toEqual(["AUTH0_DOMAIN"])
  })
})

describe("ISSUER is taken exactly as it stands, and its keys through discovery", () => {
  test.each([
    "https://tenant.example",
    "https://tenant.example/",
    "https://Tenant.example/Realm",
    "http://127.0.0.1:4000/",
  ])("%s", (issuer) => {
    expect(issuerFrom({ ISSUER: issuer, AUDIENCE: audience })).toMatchObject({ issuer, profile: "oidc", jwksUri: null })
  })

  test.each(["tenant.example", "http://tenant.example/", "https://tenant.example/#a", "https://169.254.169.254/"])(
    "but not %s",
    (issuer) => {
      expect(problemsOf({ ISSUER: issuer, AUDIENCE: audience })).toEqual(["ISSUER"])
    },
  )
})

test("audiences are separated by commas", () => {
  expect(issuerFrom({ ISSUER: "https://tenant.example/", AUDIENCE: ` a ,b,, ${audience},` })?.audiences).toEqual([
    "a",
    "b",
    audience,
  ])
  expect(problemsOf({ ISSUER: "https://tenant.example/", AUDIENCE: " , " })).toEqual(["AUDIENCE"])
})

describe("half an environment is no environment", () => {
  const auth0 = { AUTH0_DOMAIN: "tenant.example", AUTH0_AUDIENCE: audience }
  const oidc = { ISSUER: "https://tenant.example/", AUDIENCE: audience }
  test.each<[name: string, environment: Environment, problems: readonly string[]]>([
    ["nothing", {}, ["issuers"]],
    ["empty strings", { AUTH0_DOMAIN: "", AUTH0_AUDIENCE: " ", ISSUER: "", AUDIENCE: "" }, ["issuers"]],
    ["what is no string", { AUTH0_DOMAIN: {}, AUTH0_AUDIENCE: 7 }, ["issuers"]],
    ["a domain alone", { AUTH0_DOMAIN: "tenant.example" }, ["AUTH0_AUDIENCE"]],
    ["an Auth0 audience alone", { AUTH0_AUDIENCE: audience, AUTH0_DOMAIN: "" }, ["AUTH0_DOMAIN"]],
    ["an issuer alone", { ISSUER: "https://tenant.example/" }, ["AUDIENCE"]],
    ["an audience alone", { AUDIENCE: audience }, ["ISSUER"]],
    ["both pairs", { ...auth0, ...oidc }, ["environment"]],
    ["one of each", { AUTH0_DOMAIN: "tenant.example", AUDIENCE: audience }, ["environment"]],
    ["a pair and a half", { ...auth0, ISSUER: "https://tenant.example/" }, ["environment"]],
  ])("%s", (_name, environment, problems) => {
    expect(problemsOf(environment)).toEqual(problems)
  })

  test("the other pair may be there and empty", () => {
    expect(issuerFrom({ ...auth0, ISSUER: "", AUDIENCE: " " })?.profile).toBe("auth0")
  })
})

test("issuers in the policy win over the environment, wrong as it may be", () => {
  const issuers = [{ issuer: "https://other.example/", audiences: ["a"] }]
  const environment = { AUTH0_DOMAIN: "tenant.example", ISSUER: "nonsense" }
  expect(parseConfig({ issuers }, environment).issuers.map(({ issuer }) => issuer)).toEqual(["https://other.example/"])
})

test("problems of the environment come with those of the policy, and say it once that no issuer is known", () => {
  const parse = () => parseConfig({ routes: [{ path: "a" }] }, { AUTH0_DOMAIN: "tenant.example" })
  expect(parse).toThrow(
    "authorizer.config: AUTH0_AUDIENCE: required beside AUTH0_DOMAIN; the API's identifier, such as https://api.example.com\n" +
      'authorizer.config: routes[0].path: must begin with "/"',
  )
})
