import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type ApiRequest, type GuardedApi, startGuardedApi } from "../support/guarded-api.ts"

let api: GuardedApi

const routes = [{ path: "/public", access: "public" }, { path: "/**" }] as const
const mapped = {
  "X-Email": "https://example.com/email",
  x_tenant: "org_id",
  "x-roles": "https://example.com/roles",
  "x-proto": "__proto__",
  "x-inherited": "constructor",
}

beforeAll(async () => {
  api = await startGuardedApi({
    api: { routes, upstream: { headers: mapped } },
    keep: { routes, upstream: { authorization: "keep" } },
  })
})
afterAll(() => api?.close())

/** The header lines that the origin received, names in lower case, in the order in which they came. */
async function received(request: ApiRequest): Promise<[name: string, value: string][]> {
  const answer = await api.send(request)
  expect(answer.status).toBe(200)
  const raw: string[] = JSON.parse(answer.body).rawHeaders
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ""]] : []))
}

const valuesOf = (name: string, lines: [string, string][]) => lines.filter(([n]) => n === name).map(([, v]) => v)

/** Each of these makes some origin believe in a caller, an address, a method or a host that the client made up. */
const identityHeaders = [
  ...["x-auth-sub", "x-auth-scope", "x-auth-user", "x-auth-request-email", "x-authenticated-user", "x-authz-roles"],
  ...["remote-user", "x-remote-user", "x-user", "x-userinfo", "x-webauth-user", "x-authentik-username"],
  ...["x-jwt-payload", "x-jwt-assertion", "x-endpoint-api-userinfo", "x-consumer-username", "x-pomerium-claim-email"],
  ...["x-vouch-user", "cf-access-jwt-assertion", "cf-access-authenticated-user-email", "x-ms-client-principal"],
  ...["x-ms-client-principal-id", "x-amzn-oidc-data", "x-amzn-oidc-identity", "x-amzn-mtls-clientcert-subject"],
  ...["x-goog-authenticated-user-email", "x-goog-iap-jwt-assertion", "client-cert", "client-cert-chain"],
  ...["x-client-cert", "x-ssl-client-s-dn", "ssl-client-verify", "x-forwarded-client-cert", "x-forwarded-user"],
  ...["x-forwarded-email", "x-forwarded-groups", "x-forwarded-preferred-username", "x-forwarded-access-token"],
  ...["forwarded", "x-forwarded-host", "x-forwarded-port", "x-forwarded-prefix", "x-forwarded-uri"],
  ...["x-forwarded-method", "x-forwarded-server", "x-host", "x-original-host", "x-original-url", "x-original-uri"],
  ...["x-original-method", "x-rewrite-url", "x-http-method", "x-http-method-override", "x-method-override"],
  ...["x-email", "x-tenant", "x-roles"],
]

describe.each([
  ["a guarded route", { target: "/orders" }],
  ["a public route", { target: "/public", token: null }],
  ["a public route, token and all", { target: "/public" }],
])("what a client says of itself is removed on %s", (_name, request) => {
  test.each(identityHeaders)("%s", async (name) => {
    const aliases = [name, name.toUpperCase(), name.replaceAll("-", "_"), name.replaceAll("-", ".")]
    const lines = await received({ ...request, headers: aliases.map((alias) => [alias, "forged"] as const) })
    expect(lines.filter(([, value]) => value.includes("forged"))).toEqual([])
  })

  test.each([
    [
      "twice",
      [
        ["x-auth-sub", "forged"],
        ["X-Auth-Sub", "forged"],
      ],
    ],
    [
      "under two aliases",
      [
        ["x_auth_sub", "forged"],
        ["x.auth.sub", "forged"],
      ],
    ],
    ["under a mixed alias", [["X_Auth.Sub", "forged"]]],
    [
      "beside what is left alone",
      [
        ["x-forwarded-for", "203.0.113.7"],
        ["x_forwarded_for", "forged"],
      ],
    ],
    ["under an alias of what is left alone", [["X_Forwarded_Proto", "forged"]]],
  ] as const)("%s", async (_name, headers) => {
    const lines = await received({ ...request, headers })
    expect(lines.filter(([, value]) => value.includes("forged"))).toEqual([])
    for (const [name, value] of headers) if (value !== "forged") expect(valuesOf(name, lines)).toEqual([value])
  })

  test.each([
    ["by name", [["Connection", "close, X-Secret"]]],
    ["by an alias", [["Connection", "x_secret"]]],
    [
      "in a second line",
      [
        ["Connection", "keep-alive"],
        ["connection", "te , x.secret"],
      ],
    ],
  ] as const)("a header that Connection names %s", async (_name, headers) => {
    const lines = await received({ ...request, headers: [...headers, ["x-secret", "forged"], ["x-other", "kept"]] })
    expect(lines.filter(([name]) => name === "x-secret")).toEqual([])
    expect(valuesOf("x-other", lines)).toEqual(["kept"])
  })
})

test("the next hop is not told to drop what the guard says", async () => {
  for (const connection of ["close, x-auth-sub, X-Auth-Scope", "X_Auth_Sub", "x-auth-sub"]) {
    const lines = await received({ headers: [["Connection", connection]] })
    expect(valuesOf("x-auth-sub", lines)).toEqual(["auth0|alice"])
    expect(valuesOf("connection", lines).join()).not.toMatch(/auth/i)
  }
})

describe("what the guard says of the caller", () => {
  test("subject, scopes and mapped claims, once each", async () => {
    const token = api.token({
      scope: "openid read:orders",
      "https://example.com/email": "alice@example.com",
      org_id: "org_1",
      "https://example.com/roles": ["admin", "clerk"],
    })
    const forged = ["x-auth-sub", "x-auth-scope", "x-email", "X_Tenant", "x-tenant", "x-roles"]
    const lines = await received({ token, headers: forged.map((name) => [name, "forged"] as const) })
    expect(lines.filter(([name]) => /^x[-_](?:auth|email|tenant|roles)/.test(name)).sort()).toEqual([
      ["x-auth-scope", "openid read:orders"],
      ["x-auth-sub", "auth0|alice"],
      ["x-email", "alice@example.com"],
      ["x-roles", '["admin","clerk"]'],
      ["x_tenant", "org_1"],
    ])
  })

  test("nothing on a public route, whatever token came along", async () => {
    const lines = await received({ target: "/public", token: api.token({ org_id: "org_1" }) })
    expect(lines.filter(([name]) => /^x[-_](?:auth|email|tenant|roles)/.test(name))).toEqual([])
  })

  test("no property that a claim only inherits", async () => {
    const lines = await received({})
    expect([...valuesOf("x-proto", lines), ...valuesOf("x-inherited", lines)]).toEqual([])
  })
})

describe("claims as header values", () => {
  const rows: [name: string, claim: unknown, header: string | null][] = [
    ["visible ASCII", "auth0|alice!#$&'()*+,/:;=?@[]~\"\\<>^`{|}", "auth0|alice!#$&'()*+,/:;=?@[]~\"\\<>^`{|}"],
    ["CR and LF", "alice\r\nx-admin: true", "alice%0D%0Ax-admin: true"],
    ["NUL, tab and DEL", "a\u0000b\tc\u007f", "a%00b%09c%7F"],
    ["C1 controls and line separators", "\u0085\u2028", "%C2%85%E2%80%A8"],
    ["letters that are not ASCII", "José", "Jos%C3%A9"],
    ["what doesn't fit into 16 bits", "😀", "%F0%9F%98%80"],
    ["a percent sign", "100%41", "100%2541"],
    ["inner spaces", "a  b c", "a  b c"],
    ["outer spaces", "  a ", "%20 a%20"],
    ["a space alone", " ", "%20"],
    ["the empty string", "", ""],
    ["a whole number", 7, "7"],
    ["a fraction", -0.5, "-0.5"],
    ["true", true, "true"],
    ["false", false, "false"],
    ["a list", ["a b", "é", 1], '["a b","%C3%A9",1]'],
    ["an empty list", [], "[]"],
    ["an object", { a: { b: ["%"] } }, '{"a":{"b":["%25"]}}'],
    ["null", null, null],
    ["an absent claim", undefined, null],
    ["half a surrogate pair", "a\ud83d", null],
    ["half a surrogate pair in a list", ["\ud83d"], '["\\ud83d"]'],
    ["4096 characters", "x".repeat(4096), "x".repeat(4096)],
    ["more", "x".repeat(4097), null],
    ["more, once encoded", "é".repeat(683), null],
  ]

  test.each(rows)("%s", async (_name, value, header) => {
    const lines = await received({ token: api.token({ "https://example.com/email": value }) })
    const values = valuesOf("x-email", lines)
    expect(values).toEqual(header === null ? [] : [header])
    if (header === null) return
    const decoded = decodeURIComponent(header)
    expect(typeof value === "string" ? decoded : JSON.parse(decoded)).toEqual(value)
  })

  test("the subject is written in the same way, and left out rather than cut", async () => {
    const subjects: [string, string[]][] = [
      ["zoë\r\nx-admin: 1", ["zo%C3%AB%0D%0Ax-admin: 1"]],
      ["x".repeat(4097), []],
      ["\udc00", []],
    ]
    for (const [sub, header] of subjects) {
      const lines = await received({ token: api.token({ sub }), headers: [["x-auth-sub", "forged"]] })
      expect(valuesOf("x-auth-sub", lines)).toEqual(header)
      expect(valuesOf("x-admin", lines)).toEqual([])
    }
  })

  test("decodeURIComponent gives back any string", async () => {
    const anyText = fc.string({ unit: "binary", maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (text, tenant) => {
        const token = api.token({ "https://example.com/email": text, org_id: tenant })
        const lines = await received({ token })
        expect(valuesOf("x-email", lines).map(decodeURIComponent)).toEqual([text])
        expect(valuesOf("x_tenant", lines).map(decodeURIComponent)).toEqual([tenant])
      }),
    )
  })
})

describe("the caller's token", () => {
  const authorization = async (request: ApiRequest) => valuesOf("authorization", await received(request))

  test("doesn't reach the origin", async () => expect(await authorization({})).toEqual([]))

  test("reaches it where the policy says so", async () => {
    const token = api.token()
    expect(await authorization({ policy: "keep", token })).toEqual([`Bearer ${token}`])
  })

  test("is left alone on public routes, where it may be meant for the origin", async () => {
    expect(await authorization({ target: "/public", token: "abc" })).toEqual(["Bearer abc"])
  })
})
