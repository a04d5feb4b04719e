import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type EchoOrigin, startEchoOrigin } from "../support/echo-origin.ts"
import { audience } from "../support/guarded-api.ts"
import { sendRaw } from "../support/raw-http.ts"
import { makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"
import { startWorkerd } from "../support/workerd.ts"

let origin: EchoOrigin
let issuer: SigningIssuer
const key = makeKey("rsa", { kid: "first" })

beforeAll(async () => {
  origin = await startEchoOrigin()
  issuer = await startSigningIssuer([key])
})
afterAll(() => {
  origin?.close()
  issuer?.close()
})

/** The deployed Worker, under the policy of this checkout. */
const start = (text: Record<string, string>) =>
  startWorkerd({ entryPoint: "workers/index.ts", text, external: { ORIGIN: origin.host } })

describe("the deployed Worker doesn't start, and says why", () => {
  // workerd ends with a Worker that throws at start-up; Cloudflare refuses to deploy it.
  test.each([
    ["nothing is set", {}, ["issuers: required", "AUTH0_DOMAIN", "AUTH0_AUDIENCE"]],
    [
      "both are empty, as in wrangler.toml",
      { AUTH0_DOMAIN: "", AUTH0_AUDIENCE: "" },
      ["AUTH0_DOMAIN", "AUTH0_AUDIENCE"],
    ],
    ["both are blank", { AUTH0_DOMAIN: "  ", AUTH0_AUDIENCE: "\t" }, ["AUTH0_DOMAIN", "AUTH0_AUDIENCE"]],
    [
      "the audience is missing",
      { AUTH0_DOMAIN: "tenant.eu.auth0.com" },
      ["AUTH0_AUDIENCE: required beside AUTH0_DOMAIN"],
    ],
    ["the domain is missing", { AUTH0_AUDIENCE: audience }, ["AUTH0_DOMAIN: required beside AUTH0_AUDIENCE"]],
    [
      "the audience is a list of nothing",
      { AUTH0_DOMAIN: "tenant.eu.auth0.com", AUTH0_AUDIENCE: " , " },
      ["AUTH0_AUDIENCE: must name an audience"],
    ],
    [
      "the domain has a path",
      { AUTH0_DOMAIN: "tenant.eu.auth0.com/x", AUTH0_AUDIENCE: audience },
      ["AUTH0_DOMAIN: must be a domain"],
    ],
    [
      "the domain is asked in plain http",
      { AUTH0_DOMAIN: "http://tenant.eu.auth0.com", AUTH0_AUDIENCE: audience },
      ["AUTH0_DOMAIN"],
    ],
    ["the other audience is missing", { ISSUER: "https://issuer.example/" }, ["AUDIENCE: required beside ISSUER"]],
    ["the other issuer is missing", { AUDIENCE: audience }, ["ISSUER: required beside AUDIENCE"]],
    ["two issuers are named", { AUTH0_DOMAIN: "tenant.eu.auth0.com", AUDIENCE: audience }, ["not some of both"]],
  ])("when %s", async (_name, text, named) => {
    const started = start(text)
    await expect(started).rejects.toThrow("ConfigError")
    for (const part of named) await expect(started).rejects.toThrow(part)
    expect(origin.requests).toBe(0)
  })
})

describe("with its two values, it", () => {
  test.each([
    ["guards the API of an Auth0 tenant", () => ({ AUTH0_DOMAIN: issuer.issuer, AUTH0_AUDIENCE: audience })],
    [
      "takes the domain without its slash",
      () => ({ AUTH0_DOMAIN: issuer.issuer.slice(0, -1), AUTH0_AUDIENCE: audience }),
    ],
    [
      "takes several audiences",
      () => ({ AUTH0_DOMAIN: issuer.issuer, AUTH0_AUDIENCE: `https://other.example, ${audience}` }),
    ],
    ["guards the API of any OpenID issuer", () => ({ ISSUER: issuer.issuer, AUDIENCE: audience })],
  ])("%s", async (_name, text) => {
    const worker = await start(text())
    try {
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: issuer.issuer, sub: "alice", aud: audience, iat: now, exp: now + 60, scope: "read:orders" }
      const token = signJws(key.privateKey, "RS256", { alg: "RS256", kid: "first" }, claims)
      const send = async (target: string, authorization: string) =>
        (
          await sendRaw(worker.host, {
            target,
            headers: [
              ["Host", "api.example.com"],
              ["Authorization", authorization],
            ],
          })
        ).status

      expect(await send("/orders", `Bearer ${token}`)).toBe(200)
      const before = origin.requests
      expect(await send("/orders", "")).toBe(401)
      expect(await send("/orders", `Bearer ${token.slice(0, -4)}AAAA`)).toBe(401)
      expect(await send("/admin", `Bearer ${token}`)).toBe(403)
      expect(origin.requests).toBe(before)
      expect(await send("/health", "")).toBe(200)
      expect(await send("/whoami", `Bearer ${token}`)).toBe(200)
    } finally {
      await worker.close()
    }
  })
})

describe("guard(config) doesn't start", () => {
  const issuers = [{ issuer: "https://issuer.example/", audiences: [audience] }]
  test.each([
    ["without an issuer", { routes: [] }, ["issuers: required"]],
    ["with an unknown key", { issuers, route: [] }, ["route: unknown key"]],
    [
      "with a rule that is half written",
      { issuers, routes: [{ access: "public" }, { path: "orders" }] },
      ["routes[0].path", "routes[1].path"],
    ],
    [
      "with rules that contradict each other",
      { issuers, routes: [{ path: "/a" }, { path: "/a", access: "public" }] },
      ["routes"],
    ],
    ["with a claim in the place of Host", { issuers, upstream: { headers: { Host: "sub" } } }, ["upstream.headers"]],
    [
      "with a page's address for an origin",
      { issuers, cors: { origins: ["https://app.example.com/"] } },
      ["cors.origins"],
    ],
  ])("%s", async (_name, policy, named) => {
    const entryPoint = "test/support/guard.worker.ts"
    const started = startWorkerd({ entryPoint, text: { POLICIES: JSON.stringify({ api: policy }) } })
    await expect(started).rejects.toThrow("ConfigError")
    for (const part of named) await expect(started).rejects.toThrow(`authorizer.config: ${part}`)
  })
})
