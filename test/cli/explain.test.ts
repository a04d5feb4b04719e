import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { callerWithClaims, callerWithCredentials } from "../../cli/caller/caller.ts"
import { lookInto } from "../../cli/explain/explained.ts"
import { writeExplanation } from "../../cli/explain/explanation.ts"
import { readRequest } from "../../cli/explain/request-arguments.ts"
import { type ConfigInput, parseConfig, type Reason, reasons } from "../../core/index.ts"
import { type CommandFolder, makeCommandFolder, unreadableLines } from "../support/command-folder.ts"
import { makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"

const audience = "https://api.example.com"
const key = makeKey("rsa", { kid: "current", alg: "RS256" })
const stranger = makeKey("rsa", { kid: "current", alg: "RS256" })

const requirements: ConfigInput["requirements"] = {
  owner: { where: { "params.userId": { equals: { claim: "sub" } } } },
  admin: { claims: { "https://example.com/roles": { contains: "admin" } } },
}
const routes: ConfigInput["routes"] = [
  { path: "/health", access: "public" },
  { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
  { path: "/orders/:id", methods: ["PUT", "DELETE"], scopes: ["write:orders"], permissions: ["write:orders"] },
  { path: "/orders/**", methods: ["GET"], anyScope: ["read:orders", "read:all"] },
  {
    path: "/tenants/:tenant",
    where: { "query.org": { equals: { claim: "org_id" } }, "headers.x-org": { exists: true } },
  },
  { path: "/refunds", methods: ["POST"], stepUp: { acr: ["mfa"], amr: ["otp"], maxAgeSeconds: 300 } },
  { path: "/new", scopes: ["new"], report: true },
  { path: "/other-api", audience: "https://other.example" },
]
const otherRoutes: ConfigInput["routes"] = [{ path: "/users/:userId", anyOf: ["owner", "admin"] }]

let issuer: SigningIssuer
let folder: CommandFolder
let policy: ConfigInput

beforeAll(async () => {
  issuer = await startSigningIssuer([key])
})
afterAll(() => issuer.close())
beforeEach(async () => {
  folder = await makeCommandFolder()
  policy = {
    issuers: [
      { issuer: issuer.issuer, audiences: [audience, "https://other.example"], maximumLifetimeSeconds: 86_400 },
    ],
    requirements,
    routes: [...routes, ...otherRoutes],
  }
  await folder.write("authorizer.config.json", policy)
})
afterEach(async () => {
  issuer.answer = null
  await folder.remove()
})

const now = () => Math.floor(Date.now() / 1000)

function token(claims: object = {}, header: object = {}, signer = key) {
  const standard = { iss: issuer.issuer, sub: "auth0|7", aud: audience, iat: now(), exp: now() + 3600, azp: "spa" }
  return signJws(signer.privateKey, "RS256", { alg: "RS256", kid: "current", ...header }, { ...standard, ...claims })
}

async function explain(args: readonly string[], stdin = "", env: Record<string, string> = {}) {
  return folder.run(["explain", "--config", "authorizer.config.json", ...args], { stdin, env })
}

/** No part of a token is to be found in what was written, and each line can be read. */
function expectSafe({ stdout, stderr }: { stdout: string; stderr: string }, ...tokens: string[]): void {
  for (const part of tokens.flatMap((one) => one.split("."))) expect(stdout + stderr).not.toContain(part)
  expect(unreadableLines(stdout + stderr)).toEqual([])
}

describe("a real token", () => {
  test("is allowed, and each step of that told", async () => {
    const jwt = token({ scope: "read:orders" })
    await folder.write("token.txt", `${jwt}\n`)
    const ended = await explain(["--token-file", "token.txt", "GET", "/orders"])
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    const steps = [
      "path",
      "route",
      "credentials",
      "token",
      "issuer",
      "keys",
      "signature",
      "claims",
      "binding",
      "requirements",
    ]
    expect([...ended.stdout.matchAll(/^✓ {2}(\w+)/gm)].map(([, step]) => step)).toEqual(steps)
    expect(ended.stdout).toMatch(/"GET \/orders" covers GET \/orders\n +not "GET \/orders\/\*\*": more general/)
    expect(ended.stdout).toContain(`signed with RS256; kid "current"`)
    expect(ended.stdout).toContain('✓ scope read:orders: the token has "read:orders"')
    expect(ended.stdout).toMatch(/\n✓ Allowed\n$/)
    expectSafe(ended, jwt)
    expect(issuer.requests).toContain("/.well-known/jwks.json")
  })

  test("is refused, with all that it lacks, and what would have been enough", async () => {
    const jwt = token({ scope: "read:orders" })
    const ended = await explain(["--token-file", "-", "PUT", "/orders/7"], `Bearer ${jwt}\n`)
    expect(ended).toMatchObject({ code: 1, stderr: "" })
    expect(ended.stdout).toMatch(/✗ +requirements +it lacks the scope write:orders\n/)
    expect(ended.stdout).toContain('✗ scope write:orders: the token has "read:orders"')
    expect(ended.stdout).toContain("✗ permission write:orders: the token has no permission")
    expect(ended.stdout).toMatch(/Enough +scope write:orders; and permission write:orders\n/)
    expect(ended.stdout).toMatch(/Answer +403, WWW-Authenticate: Bearer realm="api", error="insufficient_scope"/)
    expect(ended.stdout).toContain('not "GET /orders/**": other methods')
    expectSafe(ended, jwt)
  })

  test.each<[string, (jwt: string) => readonly string[], (jwt: string) => string]>([
    ["in an argument", (jwt) => ["--token", jwt], () => ""],
    ["in an argument, as a header has it", (jwt) => ["--token", `Bearer ${jwt}`], () => ""],
    ["on stdin", () => ["--token", "-"], (jwt) => jwt],
    [
      "as a token endpoint answers",
      () => ["--token-file", "-"],
      (jwt) => JSON.stringify({ access_token: jwt, expires_in: 1 }),
    ],
    ["in a header", (jwt) => ["-H", `Authorization: Bearer ${jwt}`], () => ""],
  ])("may come %s", async (_name, args, stdin) => {
    const jwt = token({ scope: "read:orders" })
    const ended = await explain([...args(jwt), "GET", "/orders"], stdin(jwt))
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expectSafe(ended, jwt)
  })

  test("is checked at another time", async () => {
    const jwt = token({ scope: "read:orders", iat: 1_790_000_000, exp: 1_790_000_060 })
    const at = (seconds: number) =>
      explain(["--token", "-", "GET", "/orders", "--at", new Date(seconds * 1000).toISOString()], jwt)
    expect(await at(1_790_000_030)).toMatchObject({ code: 0 })
    const ended = await at(1_790_000_360)
    expect(ended).toMatchObject({ code: 1 })
    expect(ended.stdout).toMatch(/✗ +claims +it expired 2026-09-21T14:14:20Z \(5 minutes ago\)\n/)
  })

  test("is no matter while the issuer is down", async () => {
    issuer.answer = (_request, response) => void response.writeHead(503).end()
    const ended = await explain(["--token", "-", "GET", "/orders"], token())
    expect(ended).toMatchObject({ code: 1, stderr: "" })
    expect(ended.stdout).toContain("✗ Not decided\n")
    expect(ended.stdout).toContain("answered 503")
    expect(ended.stdout).toContain(`"edge-authorizer doctor ${issuer.issuer}" says more`)
  })

  test("needs the real issuer", async () => {
    await folder.write("authorizer.config.json", { routes })
    const { code, stderr } = await explain(["--token", "-", "GET", "/orders"], token())
    expect(code).toBe(2)
    expect(stderr).toContain("issuers: required")
  })

  test("is no more than a decision in JSON", async () => {
    const jwt = token({ scope: "read:orders" })
    const allowed = await explain(["--json", "--token", "-", "GET", "/orders"], jwt)
    expect(allowed).toMatchObject({ code: 0, stderr: "" })
    expect(JSON.parse(allowed.stdout)).toMatchObject({
      outcome: "allow",
      rule: "GET /orders",
      principal: { subject: "auth0|7" },
    })
    for (const part of jwt.split(".")) expect(allowed.stdout).not.toContain(part)

    const refused = await explain(["--json", "--token", "-", "PUT", "/orders/7"], jwt)
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.stdout)).toMatchObject({
      outcome: "refuse",
      reason: "scope_insufficient",
      scope: ["write:orders"],
    })
  })
})

describe("without a token", () => {
  test("a public rule lets everybody through, and no issuer is asked", async () => {
    const before = issuer.requests.length
    const ended = await explain(["get", `https://api.example.com/health?x=1`])
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expect(ended.stdout).toContain("✓ Allowed: the rule is public\n")
    expect(issuer.requests.length).toBe(before)
  })

  test("any other refuses", async () => {
    const { code, stdout } = await explain(["GET", "/orders"])
    expect(code).toBe(1)
    expect(stdout).toMatch(/✗ +credentials +no token came with the request/)
  })

  test("claims stand in for one, and no issuer is asked, nor need be named", async () => {
    const before = issuer.requests.length
    await folder.write("authorizer.config.json", { routes: routes?.slice(0, 4) })
    await folder.write("claims.json", { scope: "read:all" })
    const ended = await explain(["--claims", "claims.json", "GET", "/orders/7/items"])
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^No issuer is named/) })
    expect(ended.stdout).toContain('✓ scope read:orders or read:all: the token has "read:all"')
    expect(issuer.requests.length).toBe(before)
  })
})

test("a rule that only reports lets through, and says what it would have done", async () => {
  await folder.write("claims.json", { scope: "other" })
  const { code, stdout } = await explain(["--claims", "claims.json", "GET", "/new"])
  expect(code).toBe(0)
  expect(stdout).toContain('"/new" covers GET /new; it only reports')
  expect(stdout).toContain("! Let through, as the rule only reports. It would be: refused\n")
  expect(stdout).toMatch(/Reason +scope_insufficient/)
})

describe("what was wrong, and what would have been enough", () => {
  /** The explanation of a request of a caller with claims, or with an Authorization header. */
  async function explanation(call: string, caller: object | string | null, headers: readonly string[] = []) {
    const config = parseConfig(policy)
    const [method = "", path = ""] = call.split(" ")
    const request = readRequest(method, path, headers)
    const at = Date.now()
    const made =
      typeof caller === "string"
        ? callerWithCredentials(caller)
        : callerWithClaims(caller as Record<string, unknown>, config, at)
    const decision = await made.decide(config, request, at)
    const text = writeExplanation(await lookInto(decision, request, config, made))
    expect(unreadableLines(text)).toEqual([])
    return { decision, text: text.replaceAll(/\s+/g, " ") }
  }
  const bearer = (...args: Parameters<typeof token>) => `Bearer ${token(...args)}`

  // One row a reason at the least: a test below counts them.
  const rows: [Reason, string, () => object | string | null, readonly RegExp[], (readonly string[])?][] = [
    ["path_ambiguous", "GET /a//b", () => null, [/has an empty segment/]],
    ["path_ambiguous", "GET /a/../b", () => null, [/has a dot segment/]],
    ["path_ambiguous", "GET /a%2Fb", () => null, [/slash .* that is encoded/]],
    [
      "route_unknown",
      "POST /orders",
      () => null,
      [/no rule covers POST \/orders/, /Enough another method, as in "GET \/orders"/],
    ],
    ["route_unknown", "TRACE /tenants/a", () => null, [/a rule that names none covers GET, HEAD/]],
    ["route_unknown", "GET /Health", () => null, [/Enough the path in the case of a rule: "\/health"/]],
    [
      "route_unknown",
      "GET /health/live",
      () => null,
      [/"\/health" covers nothing below itself, as a final \/\*\* would/],
    ],
    ["route_unknown", "GET /nowhere", () => null, [/Enough a rule for it in the policy/]],
    ["credentials_missing", "GET /orders", () => null, [/no token came/, /Authorization: Bearer …/]],
    ["credentials_missing", "GET /orders", () => "Basic abc", [/another scheme/]],
    ["credentials_malformed", "GET /orders", () => 'Bearer "a"', [/not in the right form/, /without quotes/]],
    ["credentials_multiple", "GET /orders", () => "Bearer a, Bearer b", [/more than one Authorization header/]],
    ["token_too_large", "GET /orders", () => `Bearer ${"a".repeat(16_385)}`, [/16385 characters/, /at most 16384/]],
    [
      "token_malformed",
      "GET /orders",
      () => "Bearer opaque",
      [/expected three parts/, /opaque tokens where no audience/],
    ],
    [
      "token_type",
      "GET /orders",
      () => bearer({}, { typ: "dpop+jwt" }),
      [/its typ is "dpop\+jwt"/, /Enough jwt or at\+jwt or none/],
    ],
    ["token_type", "GET /orders", () => bearer({ nonce: "n" }), [/it is an ID token; send the access token/]],
    ["token_type", "GET /orders", () => bearer({ azp: undefined }), [/which has one of these claims: azp, client_id/]],
    ["critical_header", "GET /orders", () => bearer({}, { crit: ["exp"] }), [/demands an extension/]],
    [
      "algorithm_not_allowed",
      "GET /orders",
      () => bearer({}, { alg: "ES256" }),
      [/signed with "ES256"/, /Enough RS256: the policy allows no other.*; list it/],
    ],
    [
      "issuer_untrusted",
      "GET /orders",
      () => ({ iss: "https://other.example/" }),
      [/its iss is "https:\/\/other\.example\/"/, /Enough a token of http/],
    ],
    [
      "issuer_untrusted",
      "GET /orders",
      () => ({ iss: issuer.issuer.slice(0, -1) }),
      [/one differs in the trailing slash/, /with or without the slash/],
    ],
    ["key_unknown", "GET /orders", () => bearer({}, { kid: "gone" }), [/no RS256 key has its kid, "gone"/]],
    ["signature_invalid", "GET /orders", () => bearer({}, {}, stranger), [/doesn't fit/, /not edited, not cut off/]],
    [
      "token_expired",
      "GET /orders",
      () => ({ exp: now() - 600 }),
      [/it expired .*\(10 minutes ago\)/, /Enough a new token/],
    ],
    [
      "token_not_yet_valid",
      "GET /orders",
      () => ({ nbf: now() + 10_800 }),
      [/it is good from .*\(in 3 hours\)/, /clockToleranceSeconds/],
    ],
    [
      "token_lifetime",
      "GET /orders",
      () => ({ exp: now() + 172_800 }),
      [/it lives 17\d{4} seconds/, /at most 86400 seconds/],
    ],
    [
      "audience_mismatch",
      "GET /orders",
      () => ({ aud: ["a", "b"] }),
      [/its aud is \["a","b"\]/, /a token for https:\/\/api\.example\.com or/],
    ],
    [
      "audience_mismatch",
      "GET /other-api",
      () => ({}),
      [/its aud is "https:\/\/api/, /Enough audience is "https:\/\/other\.example"/],
    ],
    ["claim_missing", "GET /orders", () => ({ sub: undefined }), [/it has no claim sub/]],
    ["claim_invalid", "GET /orders", () => ({ exp: "soon" }), [/its claim exp is "soon"/, /times in seconds/]],
    ["binding_missing", "GET /orders", () => ({ cnf: { jkt: "x" } }), [/bound to a key \(cnf\)/]],
    [
      "scope_insufficient",
      "GET /orders",
      () => ({}),
      [/✗ scope read:orders: the token has no scope/, /Enough scope read:orders Answer/],
    ],
    ["scope_insufficient", "GET /orders/7", () => ({}), [/it lacks the scope read:orders or read:all/]],
    [
      "permission_insufficient",
      "PUT /orders/7",
      () => ({ scope: "write:orders" }),
      [/✓ scope write:orders/, /it lacks the permission write:orders/, /Enough permission write:orders Answer/],
    ],
    [
      "requirement_unmet",
      "GET /users/8",
      () => ({}),
      [
        /this doesn't hold: params\.userId equals the claim sub, of the requirement "owner"/,
        /✗ one of: requirement "owner"; or requirement "admin"/,
        /✗ params\.userId equals the claim sub: the path has "8"; the token's sub is "someone"/,
        /✗ claims\.https:\/\/example\.com\/roles contains "admin": the token has no https:\/\/example\.com\/roles/,
      ],
    ],
    [
      "requirement_unmet",
      "GET /tenants/a?org=b",
      () => ({ org_id: "a" }),
      [
        /✗ query\.org equals the claim org_id: the request has "b"; the token's org_id is "a"/,
        /✓ headers\.x-org exists: the request has "1"/,
      ],
      ["X-Org: 1"],
    ],
    [
      "requirement_unmet",
      "GET /tenants/a?org=b&org=b",
      () => ({ org_id: "b" }),
      [/the request has none that could be read in one way/],
    ],
    [
      "authentication_insufficient",
      "POST /refunds",
      () => ({ acr: "pwd", amr: ["otp"], auth_time: now() - 600 }),
      [
        /✗ acr mfa: the token's acr is "pwd"/,
        /✓ amr otp/,
        /✗ authenticated at most 300 seconds ago: the token's auth_time is \d+, 60\d seconds ago/,
        /acr_values="mfa" and max_age=300 \(RFC 9470\)/,
        /Answer 401, WWW-Authenticate: Bearer realm="api", error="insufficient_user_authentication"/,
      ],
    ],
    [
      "authentication_insufficient",
      "POST /refunds",
      () => ({ acr: "mfa" }),
      [/\(stepUp\.amr\)/, /authenticated again, by otp/],
    ],
  ]
  test.each(rows)("%s: %s", async (reason, call, caller, texts, headers = []) => {
    const { decision, text } = await explanation(call, caller(), headers)
    expect(decision).toMatchObject({ reason })
    expect(text).toContain(`Reason ${reason}: ${reasons[reason].text}`)
    for (const pattern of texts) expect(text).toMatch(pattern)
  })

  test("the keys are nobody's", async () => {
    issuer.answer = (_request, response) =>
      void response.end(JSON.stringify({ issuer: issuer.issuer, jwks_uri: issuer.jwksUri, keys: [] }))
    const { decision, text } = await explanation("GET /orders", bearer())
    expect(decision).toMatchObject({ outcome: "fault", reason: "keys_invalid" })
    expect(text).toContain("no usable key")
  })

  test("each reason is among them", () => {
    const covered = new Set<string>([...rows.map(([reason]) => reason), "keys_unreachable", "keys_invalid"])
    expect(Object.keys(reasons).filter((reason) => !covered.has(reason))).toEqual([])
  })

  test("a caller's claim can't steer the terminal, nor hide among the steps", async () => {
    const { text } = await explanation("GET /users/8", { sub: "\u001b[2J\u001b[31m✓ Allowed\n✓ Allowed" })
    expect(text).not.toContain("\u001b")
    expect(text).toContain("✗ Refused")
  })

  test("a claim that holds a token is not shown", async () => {
    await folder.write("claims.json", { sub: token() })
    expectSafe(await explain(["--claims", "claims.json", "GET", "/users/8"]), token())
  })
})

test.each<[string, readonly string[], RegExp]>([
  ["no path", ["GET"], /missing required argument 'path'/],
  ["a path that is none", ["GET", "orders"], /^PATH: must begin with "\/"/],
  ["a method that is none", ["GET /", "/orders"], /^METHOD: must be a method/],
  ["a header that is none", ["-H", "x-org", "GET", "/orders"], /^-H: must be a name, a colon and a value/],
  ["a time that is none", ["--at", "yesterday", "GET", "/orders"], /^--at: must be a time such as/],
  ["a time without a zone", ["--at", "2026-10-01T12:00:00", "GET", "/orders"], /^--at: must be a time such as/],
  ["two tokens", ["--token", "a", "--token-file", "b", "GET", "/orders"], /cannot be used with/],
  ["a token and claims", ["--token", "a", "--claims", "b", "GET", "/orders"], /cannot be used with/],
  [
    "a header beside claims",
    ["-H", "authorization: a", "--claims", "claims.json", "GET", "/orders"],
    /^-H: an Authorization/,
  ],
  ["an empty token", ["--token", "-", "GET", "/orders"], /^stdin: holds no token\n$/],
  ["a file that isn't there", ["--token-file", "no.txt", "GET", "/orders"], /^no\.txt: there is no such file\n$/],
  ["claims that are no JSON", ["--claims", "authorizer.keys", "GET", "/orders"], /^authorizer\.keys:2:3: is not JSON/],
  ["a policy that isn't there", ["--config", "no.json", "GET", "/orders"], /^no\.json: there is no such file/],
])("ends with 2 for %s", async (_name, args, message) => {
  await folder.write("claims.json", {})
  await folder.write("authorizer.keys", "{\n  x: 1 }")
  const { code, stdout, stderr } = await explain(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  expect(stderr).toMatch(message)
})

test("shows no token that was typed in the wrong place", async () => {
  const jwt = token()
  for (const args of [
    [jwt, "/orders"],
    ["GET", jwt],
    ["GET", "/orders", jwt],
    ["--token-file", jwt, "GET", "/orders"],
    ["--claims", jwt, "GET", "/orders"],
    [`--tokn=${jwt}`, "GET", "/orders"],
    ["--at", jwt, "GET", "/orders"],
    ["-H", `Authorization ${jwt}`, "GET", "/orders"],
    ["--token", `${jwt} ${jwt}`, "GET", "/orders"],
  ]) {
    const ended = await explain(args)
    expect(ended.code).toBe(2)
    for (const part of jwt.split(".")) expect(ended.stdout + ended.stderr).not.toContain(part)
  }
})

test("shows no token that stands in the path, however its line is wrapped", async () => {
  const jwt = token({ scope: "read:orders", long: "x".repeat(200) })
  const ended = await explain(["GET", `/orders/${jwt}`])
  expect(ended.stdout).toContain("(a token)")
  const pieces = jwt.split(".").flatMap((part) => [part.slice(0, 40), part.slice(-40)])
  for (const piece of pieces) expect(ended.stdout.replaceAll(/\s+/g, "")).not.toContain(piece)
})

test("tells how it is used, and where a token stays that is typed", async () => {
  const { code, stdout } = await explain(["--help"])
  expect(code).toBe(0)
  expect(stdout).toContain("Examples:\n  edge-authorizer explain --token-file token.txt GET /orders/7\n")
  expect(stdout).toMatch(/stays in the shell's history/)
  for (const option of ["--config", "--token", "--token-file", "--claims", "--header", "--at", "--json"])
    expect(stdout).toContain(option)
})
