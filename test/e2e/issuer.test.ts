import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose"
import * as client from "openid-client"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Browser } from "../../dev/flows/browser.ts"
import { discoverClient } from "../../dev/flows/client.ts"
import { device } from "../../dev/flows/device.ts"
import { flows } from "../../dev/flows/flows.ts"
import { readForm } from "../../dev/flows/form.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"
import { redirectUri } from "../../dev/issuer/tenant.ts"
import type { TokenProfile } from "../../dev/issuer/token-shape.ts"

let local: LocalIssuer

beforeAll(async () => {
  local = await startIssuer()
})
afterAll(() => local.close())

describe("discovery", () => {
  test("names itself with a trailing slash, and the keys where Auth0 has them", async () => {
    const { issuer, jwks_uri, token_endpoint } = (await discoverClient(local, "m2m")).serverMetadata()
    expect(issuer).toBe(local.issuer)
    expect(issuer).toMatch(/\/$/)
    expect(jwks_uri).toBe(`${local.issuer}.well-known/jwks.json`)
    expect(token_endpoint).toBe(`${local.issuer}oauth/token`)
  })
})

describe("client credentials", () => {
  test.each(["audience", "resource"])("%s names the API", async (parameter) => {
    const token = await machineToken(local, { [parameter]: local.audience, scope: "read:orders" })
    const { protectedHeader, payload } = await verify(local, token)
    expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: expect.any(String) })
    expect(payload).toEqual({
      iss: local.issuer,
      sub: "m2m@clients",
      aud: local.audience,
      azp: "m2m",
      gty: "client-credentials",
      scope: "read:orders",
      permissions: ["read:orders"],
      iat: expect.any(Number),
      exp: expect.any(Number),
    })
  })

  test("a machine that asks for no scope gets all of its own", async () => {
    const { payload } = await verify(local, await machineToken(local, { audience: local.audience }))
    expect(payload).toMatchObject({ scope: "read:orders write:orders", permissions: ["read:orders", "write:orders"] })
  })

  test("without either the token is opaque", async () => {
    expect((await machineToken(local, {})).split(".")).toHaveLength(1)
  })

  test("another API is refused", async () => {
    await expect(machineToken(local, { audience: "https://other.example" })).rejects.toMatchObject({
      error: "invalid_target",
    })
  })
})

describe("authorization code with PKCE", () => {
  test("openid adds the userinfo endpoint to the audience", async () => {
    const token = await userToken(local, { login_hint: "alice", scope: "openid profile read:orders" })
    const { protectedHeader, payload } = await verify(local, token)
    expect(protectedHeader.typ).toBe("JWT")
    expect(payload).toEqual({
      iss: local.issuer,
      sub: "auth0|alice",
      aud: [local.audience, `${local.issuer}userinfo`],
      azp: "spa",
      scope: "openid profile read:orders",
      permissions: ["read:orders", "write:orders"],
      iat: expect.any(Number),
      exp: expect.any(Number),
    })
  })

  test("scopes of OpenID alone are all that is in the token", async () => {
    const token = await userToken(local, { login_hint: "alice", scope: "openid profile" })
    expect((await verify(local, token)).payload.scope).toBe("openid profile")
  })

  test("a user gets the scopes that the user has", async () => {
    const token = await userToken(local, { login_hint: "bob", scope: "read:orders write:orders" })
    const { payload } = await verify(local, token)
    expect(payload).toMatchObject({
      sub: "auth0|bob",
      aud: local.audience,
      scope: "read:orders",
      permissions: ["read:orders"],
    })
  })

  test("a verifier is required", async () => {
    const configuration = await discoverClient(local, "spa")
    const url = client.buildAuthorizationUrl(configuration, { redirect_uri: redirectUri, scope: "openid" })
    expect((await new Browser().visit(url)).url.searchParams.get("error")).toBe("invalid_request")
  })

  test("nobody else can log in", async () => {
    await expect(userToken(local, { login_hint: "mallory", scope: "openid" })).rejects.toMatchObject({
      error: "access_denied",
    })
  })
})

describe("DPoP", () => {
  test("binds the token to the key of the proof", async () => {
    const configuration = await discoverClient(local, "dpop")
    const keyPair = await client.randomDPoPKeyPair("ES256")
    const handle = client.getDPoPHandle(configuration, keyPair)
    const parameters = { audience: local.audience, scope: "read:orders" }
    const answer = await client.clientCredentialsGrant(configuration, parameters, { DPoP: handle })
    expect(answer.token_type).toBe("dpop")
    const { payload } = await verify(local, answer.access_token)
    expect(payload).toMatchObject({ azp: "dpop", cnf: { jkt: await handle.calculateThumbprint() } })
    await expect(client.clientCredentialsGrant(configuration, parameters)).rejects.toMatchObject({
      error: "invalid_grant",
    })
  })
})

describe("organizations", () => {
  const scope = "openid read:orders"

  test("a login to one is in the token", async () => {
    const token = await userToken(local, { login_hint: "bob", scope, organization: "org_acme" })
    expect((await verify(local, token)).payload).toMatchObject({ sub: "auth0|bob", org_id: "org_acme" })
  })

  test("without one there is no claim", async () => {
    const { payload } = await verify(local, await userToken(local, { login_hint: "bob", scope }))
    expect(payload).not.toHaveProperty("org_id")
  })

  test.each([
    ["org_globex", "access_denied"],
    ["org_nobody", "invalid_request"],
  ])("bob gets no token for %s", async (organization, error) => {
    await expect(userToken(local, { login_hint: "bob", scope, organization })).rejects.toMatchObject({ error })
  })

  test("a client's own token", async () => {
    const token = await machineToken(local, {
      audience: local.audience,
      scope: "read:orders",
      organization: "org_acme",
    })
    expect((await verify(local, token)).payload).toMatchObject({ sub: "m2m@clients", org_id: "org_acme" })
  })

  test.each([
    ["org_globex", "access_denied"],
    ["org_nobody", "invalid_request"],
  ])("the client gets none for %s, be it an opaque one", async (organization, error) => {
    for (const parameters of [{ audience: local.audience }, {}])
      await expect(machineToken(local, { ...parameters, organization })).rejects.toMatchObject({
        error,
        error_description: expect.stringContaining("organization"),
      })
  })

  test.each(["code", "id_token token", "code token", "code id_token token"])(
    "%s by form post: all access tokens have it",
    async (responseType) => {
      const web = await discoverClient(local, "web")
      const url = client.buildAuthorizationUrl(web, {
        redirect_uri: redirectUri,
        response_type: responseType,
        response_mode: "form_post",
        audience: local.audience,
        scope,
        organization: "org_globex",
        nonce: client.randomNonce(),
      })
      const { url: end, page } = await new Browser().visit(url)
      const fields = Object.fromEntries(readForm(page, end)?.fields ?? [])
      const tokens = fields.access_token === undefined ? [] : [fields.access_token]
      if (fields.code !== undefined) {
        const parameters = { code: fields.code, redirect_uri: redirectUri }
        tokens.push((await client.genericGrantRequest(web, "authorization_code", parameters)).access_token)
      }
      expect(tokens).toHaveLength(responseType === "code token" || responseType === "code id_token token" ? 2 : 1)
      for (const token of tokens)
        expect((await verify(local, token)).payload).toMatchObject({
          sub: "auth0|alice",
          azp: "web",
          aud: [local.audience, `${local.issuer}userinfo`],
          org_id: "org_globex",
        })
    },
  )

  test("a login at a device", async () => {
    const choices = { user: "bob", scope, withAudience: true, organization: "org_acme" }
    const [access] = await device.run(local, choices, () => {})
    expect((await verify(local, String(access?.token))).payload).toMatchObject({ sub: "auth0|bob", org_id: "org_acme" })
  })

  test("a password", async () => {
    const token = await passwordToken({ organization: "org_acme" })
    expect((await verify(local, token)).payload).toMatchObject({ gty: "password", org_id: "org_acme" })
    for (const [organization, error] of [
      ["org_globex", "access_denied"],
      ["org_nobody", "invalid_request"],
    ])
      await expect(passwordToken({ organization: String(organization) })).rejects.toMatchObject({ error })
  })

  test("an opaque token has it, too, as introspection tells", async () => {
    const token = await machineToken(local, { organization: "org_acme" })
    const told = await client.tokenIntrospection(await discoverClient(local, "m2m"), token)
    expect(told).toMatchObject({ active: true, org_id: "org_acme" })
  })

  async function passwordToken(parameters: Record<string, string>): Promise<string> {
    const bob = { username: "bob", password: "builder", audience: local.audience, scope }
    const legacy = await discoverClient(local, "legacy")
    return (await client.genericGrantRequest(legacy, "password", { ...bob, ...parameters })).access_token
  }
})

describe("resource owner password", () => {
  const alice = { username: "alice", password: "wonderland", scope: "openid read:orders" }
  async function ask(parameters: Record<string, string>) {
    return client.genericGrantRequest(await discoverClient(local, "legacy"), "password", { ...alice, ...parameters })
  }

  test("the answer says the scopes that the token has", async () => {
    const { access_token: token, scope } = await ask({ audience: local.audience })
    expect((await verify(local, token)).payload.scope).toBe(scope)
    expect(scope).toBe("openid read:orders")
  })

  test("without an audience the token is for userinfo", async () => {
    const { access_token: token, refresh_token: refreshToken } = await ask({})
    expect(refreshToken).toBeUndefined()
    const answer = await fetch(`${local.issuer}userinfo`, { headers: { authorization: `Bearer ${token}` } })
    expect([answer.status, await answer.json()]).toEqual([200, { sub: "auth0|alice" }])
  })

  test.each([
    ["another password", { password: "builder" }, "invalid_grant"],
    ["nobody's name", { username: "mallory" }, "invalid_grant"],
    ["another API", { audience: "https://other.example" }, "invalid_target"],
  ])("%s is refused", async (_what, parameters, error) => {
    await expect(ask(parameters)).rejects.toMatchObject({ error })
  })
})

describe("a refresh token", () => {
  test.each(["authorization-code", "pkce", "hybrid", "device", "password"])(
    "%s: with offline_access only",
    async (id) => {
      const flow = flows.find((one) => one.id === id)
      if (!flow) throw new Error(id)
      const kinds = async (scope: string) => {
        const choices = { user: "alice", scope, withAudience: true, organization: null }
        return (await flow.run(local, choices, () => {})).map(({ kind }) => kind)
      }
      expect(await kinds("openid read:orders offline_access")).toContain("refresh")
      expect(await kinds("openid read:orders")).not.toContain("refresh")
    },
  )
})

describe("the profile of RFC 9068", () => {
  let rfc9068: LocalIssuer
  beforeAll(async () => {
    rfc9068 = await startIssuer({ tokenProfile: "rfc9068" satisfies TokenProfile })
  })
  afterAll(() => rfc9068.close())

  test("typ, client_id and jti, without azp and gty", async () => {
    const token = await machineToken(rfc9068, { audience: rfc9068.audience, scope: "read:orders" })
    const { protectedHeader, payload } = await verify(rfc9068, token)
    expect(protectedHeader.typ).toBe("at+jwt")
    expect(payload).toMatchObject({ client_id: "m2m", jti: expect.any(String), sub: "m2m@clients" })
    expect(payload).not.toHaveProperty("azp")
    expect(payload).not.toHaveProperty("gty")
  })
})

describe("keys", () => {
  let turning: LocalIssuer
  beforeAll(async () => {
    turning = await startIssuer()
  })
  afterAll(() => turning.close())
  const orders = { audience: "https://api.example.com", scope: "read:orders" }

  test("a new key signs while the old one still verifies, until it is withdrawn", async () => {
    const before = await machineToken(turning, orders)
    const kid = await turning.rotate("ES256")
    const after = await machineToken(turning, orders)
    expect(decodeProtectedHeader(after)).toMatchObject({ kid, alg: "ES256" })
    await verify(turning, before)
    await verify(turning, after)

    turning.withdraw(String(decodeProtectedHeader(before).kid))
    await expect(verify(turning, before)).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" })
    await verify(turning, after)
    expect(() => turning.withdraw(kid)).toThrow("last")
  })

  test.each(["PS256", "RS512", "ES384", "EdDSA", "Ed25519"])("%s signs", async (alg) => {
    const kid = await turning.rotate(alg, { keepOld: false })
    const token = await machineToken(turning, orders)
    const { protectedHeader } = await verify(turning, token)
    expect(protectedHeader).toMatchObject({ alg, kid })
    expect((await keySet(turning)).keys).toHaveLength(1)
  })

  test("the key set can be made to fail, and its fetches are counted", async () => {
    const before = turning.keySetFetches
    turning.answerKeysWith((_request, response) => response.writeHead(500).end("down"))
    expect((await fetch(`${turning.issuer}.well-known/jwks.json`)).status).toBe(500)
    turning.answerKeysWith(null)
    expect((await fetch(`${turning.issuer}.well-known/jwks.json`)).status).toBe(200)
    expect(turning.keySetFetches).toBe(before + 2)
  })

  test("what is published is public", async () => {
    for (const key of (await keySet(turning)).keys) expect(key).not.toHaveProperty("d")
  })
})

async function machineToken(from: LocalIssuer, parameters: Record<string, string>): Promise<string> {
  return (await client.clientCredentialsGrant(await discoverClient(from, "m2m"), parameters)).access_token
}

async function userToken(from: LocalIssuer, parameters: Record<string, string>): Promise<string> {
  const configuration = await discoverClient(from, "spa")
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    audience: from.audience,
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    ...parameters,
  })
  const { url: callback } = await new Browser().visit(url)
  return (await client.authorizationCodeGrant(configuration, callback, { pkceCodeVerifier, expectedState }))
    .access_token
}

function verify({ issuer, audience }: LocalIssuer, token: string) {
  return jwtVerify(token, createRemoteJWKSet(new URL(".well-known/jwks.json", issuer)), { issuer, audience })
}

async function keySet({ issuer }: LocalIssuer): Promise<{ keys: Record<string, unknown>[] }> {
  return (await fetch(`${issuer}.well-known/jwks.json`)).json() as Promise<{ keys: Record<string, unknown>[] }>
}
