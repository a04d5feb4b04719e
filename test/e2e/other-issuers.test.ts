import { readFile } from "node:fs/promises"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createAuthorizer, loadKeySet, type RouteInput } from "../../core/index.ts"
import { httpGet } from "../../lambda/http-get.ts"
import { tableRows } from "../support/markdown.ts"
import { makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"

const page = await readFile(new URL("../../docs/guides/any-issuer.md", import.meta.url), "utf8")
const rows = tableRows(page, "Issuer").map(([name = "", , scopes = "", roles = "", mind = ""]) => ({
  name,
  scopeClaim: /scopeClaim: "(\w+)"/.exec(scopes)?.[1] ?? "scope",
  rule: /^`(claims: \{.+\})`/.exec(roles)?.[1] ?? "",
  reason: /refused, `(\w+)`/.exec(mind)?.[1] ?? null,
}))

/** Claims as each issuer writes them, for somebody who is let in if any token of theirs is; null where its tokens are no JWTs. */
const tokens: Readonly<Record<string, object | null>> = {
  Keycloak: { azp: "spa", scope: "openid read:orders", realm_access: { roles: ["admin"] } },
  Okta: { cid: "spa", scp: ["read:orders"], groups: ["admin"] },
  "Entra ID": { azp: "spa", scp: "read:orders", roles: ["admin"], ver: "2.0" },
  "Amazon Cognito": { client_id: "spa", scope: "read:orders", token_use: "access", aud: undefined },
  Google: null,
}

const audience = "https://api.example.com"
const key = makeKey("rsa", { kid: "current", alg: "RS256" })
let issuer: SigningIssuer

beforeAll(async () => {
  issuer = await startSigningIssuer([key])
})
afterAll(() => issuer.close())

test("the table of docs/guides/any-issuer.md has these issuers", () => {
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(tokens))
})

test.each(rows)("it is right about $name", async ({ name, scopeClaim, rule, reason }) => {
  const route = new Function(`return { path: "/orders", scopes: ["read:orders"], ${rule} }`)() as RouteInput
  const policy = { issuers: [{ issuer: issuer.issuer, audiences: [audience], scopeClaim }], routes: [route] }
  const authorizer = createAuthorizer(policy, {
    now: () => Date.now(),
    loadKeySet: (source) => loadKeySet(source, httpGet, Date.now()),
  })
  const headers = { authorization: `Bearer ${tokenWith(tokens[name] ?? null)}` }
  const decision = await authorizer.authorize({ method: "GET", path: "/orders", headers })
  expect("reason" in decision ? decision.reason : null).toBe(reason)
})

function tokenWith(claims: object | null): string {
  if (claims === null) return "ya29.opaque"
  const iat = Math.floor(Date.now() / 1000)
  const standard = { iss: issuer.issuer, sub: "alice", aud: audience, iat, exp: iat + 600 }
  return signJws(key.privateKey, "RS256", { alg: "RS256", kid: "current" }, { ...standard, ...claims })
}
