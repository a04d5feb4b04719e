import { describe, expect, test } from "vitest"
import { type VerifiedToken, verifyClaims } from "../../core/claims.ts"
import { isRejection, type Rejection } from "../../core/decision.ts"
import { type IssuerInput, parseConfig } from "../../core/index.ts"
import { checkHeaderType, profiles } from "../../core/profiles.ts"
import type { SignedPayload } from "../../core/verify.ts"
import { audience, nowSeconds as now, ordinaryClaims, policy } from "./standing-issuer.ts"

function verify(claims: object, change: Partial<IssuerInput> = {}, tolerance = 5, at = now) {
  const [issuer] = parseConfig(policy(undefined, change)).issuers
  if (!issuer) throw new Error("no issuer")
  // As it comes out of JSON: what is undefined is not there.
  const payload = JSON.parse(JSON.stringify({ ...ordinaryClaims, ...claims }))
  return verifyClaims({ payload } as SignedPayload, issuer, at, tolerance)
}
const outcome = (result: VerifiedToken | Rejection) =>
  isRejection(result) ? (result as { reason: string }).reason : "ok"
const outcomeOf = (...args: Parameters<typeof verify>) => outcome(verify(...args))

describe("time, to the second", () => {
  test.each<[name: string, claims: object, tolerance: number, outcome: string]>([
    ["a second before it expires", { exp: now + 1 }, 0, "ok"],
    ["the second it expires in", { exp: now }, 0, "token_expired"],
    ["the last second of the tolerance", { exp: now - 4 }, 5, "ok"],
    ["the first after it", { exp: now - 5 }, 5, "token_expired"],
    ["a fraction before", { exp: now - 4.999 }, 5, "ok"],
    ["nbf now", { nbf: now }, 0, "ok"],
    ["nbf in a second", { nbf: now + 1 }, 0, "token_not_yet_valid"],
    ["nbf at the end of the tolerance", { nbf: now + 5 }, 5, "ok"],
    ["nbf beyond the tolerance", { nbf: now + 6 }, 5, "token_not_yet_valid"],
    ["iat at the end of the tolerance", { iat: now + 5 }, 5, "ok"],
    ["iat beyond the tolerance", { iat: now + 6 }, 5, "token_not_yet_valid"],
    ["exp at the epoch", { exp: 0 }, 5, "token_expired"],
    ["nbf and iat at the epoch", { nbf: 0, iat: 0 }, 5, "ok"],
    ["exp in the year 9999", { exp: 253_402_300_799 }, 5, "ok"],
    ["exp after it", { exp: 253_402_300_800 }, 5, "claim_invalid"],
    ["nbf in milliseconds", { nbf: now * 1000 }, 5, "claim_invalid"],
    ["iat as text", { iat: String(now) }, 5, "claim_invalid"],
    ["iat null", { iat: null }, 5, "claim_invalid"],
    ["nbf false", { nbf: false }, 5, "claim_invalid"],
  ])("%s: %s", (_name, claims, tolerance, expected) => {
    expect(outcomeOf(claims, {}, tolerance)).toBe(expected)
  })

  test("fractions of a second count on our side too", () => {
    expect(outcomeOf({ iat: 0, exp: now }, {}, 0, now - 0.001)).toBe("ok")
    expect(outcomeOf({ iat: 0, nbf: now }, {}, 0, now - 0.001)).toBe("token_not_yet_valid")
  })
})

describe("a limit on the lifetime", () => {
  test.each<[name: string, claims: object, profile: IssuerInput["profile"], outcome: string]>([
    ["just kept", { exp: now + 600 }, "auth0", "ok"],
    ["exceeded by a second", { exp: now + 601 }, "auth0", "token_lifetime"],
    ["can't be told without iat", { iat: undefined }, "oidc", "token_lifetime"],
    ["from before it was issued", { iat: now, exp: now - 1 }, "auth0", "ok"],
  ])("%s", (_name, claims, profile, expected) => {
    expect(outcomeOf(claims, { profile, maximumLifetimeSeconds: 600 })).toBe(expected)
  })
})

describe("claims that a profile demands", () => {
  const rfc9068 = { profile: "rfc9068" } as const
  const complete = { client_id: "c", jti: "j" }
  test.each<[name: string, claims: object, change: Partial<IssuerInput>, outcome: string]>([
    ["oidc without iat", { iat: undefined }, { profile: "oidc" }, "ok"],
    ["auth0 without iat", { iat: undefined }, {}, "claim_missing"],
    ["rfc9068 complete", complete, rfc9068, "ok"],
    ["rfc9068 without client_id", { jti: "j" }, rfc9068, "token_type"],
    ["rfc9068 without iat", { ...complete, iat: undefined }, rfc9068, "claim_missing"],
    ["rfc9068 without jti", { client_id: "c" }, rfc9068, "claim_missing"],
    ...["azp", "client_id", "cid", "appid", "scope", "scp", "permissions", "roles"].map(
      (name): [string, object, Partial<IssuerInput>, string] => [
        `oidc with ${name} alone`,
        { azp: undefined, scope: undefined, [name]: name === "permissions" ? [] : "x" },
        { profile: "oidc" },
        "ok",
      ],
    ),
    ["oidc with none of them", { azp: undefined, scope: undefined }, { profile: "oidc" }, "token_type"],
    ["auth0 by the cid of another", { azp: undefined, scope: undefined, cid: "x" }, {}, "token_type"],
    ["an ID token by c_hash", { c_hash: "x" }, {}, "token_type"],
    ["an ID token by s_hash", { s_hash: "x" }, {}, "token_type"],
    ["an ID token by a nonce of null", { nonce: null }, {}, "token_type"],
    ["an ID token under rfc9068", { ...complete, nonce: "n" }, rfc9068, "token_type"],
    ["events that are no security events", { events: ["concert"] }, {}, "ok"],
  ])("%s: %s", (_name, claims, change, expected) => {
    expect(outcomeOf(claims, change)).toBe(expected)
  })

  test("an inherited property is no claim", () => {
    expect(outcomeOf(JSON.parse('{"sub":null}'))).toBe("claim_invalid")
    const claims = { ...ordinaryClaims, sub: undefined }
    const payload = JSON.parse(JSON.stringify(claims).replace("{", '{"__proto__":{"sub":"auth0|root"},'))
    const [issuer] = parseConfig(policy()).issuers
    if (!issuer) throw new Error("no issuer")
    expect(outcome(verifyClaims({ payload } as SignedPayload, issuer, now, 5))).toBe("claim_missing")
    expect(outcomeOf({}, { scopeClaim: "constructor", permissionsClaim: "__proto__" })).toBe("ok")
  })
})

describe("audiences", () => {
  test.each<[name: string, aud: unknown, outcome: string]>([
    ["one of ours among others", ["x", audience], "ok"],
    ["ours twice", [audience, audience], "ok"],
    ["ours beside what is no string", [audience, null], "claim_invalid"],
    ["null", null, "claim_invalid"],
    ["a prefix of ours", "https://api", "audience_mismatch"],
    ["ours with a slash", `${audience}/`, "audience_mismatch"],
    ["ours among others, in one string", `${audience} x`, "audience_mismatch"],
    ["empty", "", "audience_mismatch"],
  ])("%s", (_name, aud, expected) => {
    expect(outcomeOf({ aud })).toBe(expected)
  })

  test("are each issuer's own, and any one will do", () => {
    expect(outcomeOf({ aud: "b" }, { audiences: ["a", "b"] })).toBe("ok")
    expect(outcomeOf({ aud: audience }, { audiences: ["a", "b"] })).toBe("audience_mismatch")
  })
})

describe("who calls", () => {
  test.each<[name: string, claims: object, principal: object]>([
    ["the client by azp", { azp: "web" }, { subject: "auth0|alice", clientId: "web", expiresAt: now + 300 }],
    ["the client by client_id, where both are there", { azp: "web", client_id: "cli" }, { clientId: "cli" }],
    ["no client", { azp: undefined }, { clientId: null }],
    ["scopes in a string", { scope: " a  b " }, { scopes: ["a", "b"] }],
    ["scopes in a list", { scope: ["a b", "c"] }, { scopes: ["a b", "c"] }],
    ["no scope", { scope: undefined }, { scopes: [] }],
    ["an empty scope", { scope: "" }, { scopes: [] }],
    ["permissions in a string", { permissions: "a b" }, { permissions: ["a", "b"] }],
    ["claims as they are", { x: { y: [1] } }, { claims: { ...ordinaryClaims, x: { y: [1] } } }],
  ])("%s", (_name, claims, principal) => {
    expect(verify(claims)).toMatchObject(principal)
  })

  test.each<[name: string, claims: object]>([
    ["a subject that is a number", { sub: 7 }],
    ["a subject in a list", { sub: ["auth0|alice"] }],
    ["a client that is a number", { client_id: 7 }],
    ["a client that is an object", { azp: {} }],
    ["scope null", { scope: null }],
    ["scope as an object", { scope: { "read:orders": true } }],
    ["scopes with a number", { scope: ["a", 1] }],
    ["permissions true", { permissions: true }],
  ])("can't be read: %s", (_name, claims) => {
    expect(outcomeOf(claims)).toBe("claim_invalid")
  })

  test("scopes and permissions are read from the claims that the policy names, and from no other", () => {
    const change = { scopeClaim: "scp", permissionsClaim: "https://example.com/rights" }
    const claims = { scp: "a", scope: 7, "https://example.com/rights": ["b"], permissions: 7 }
    expect(verify(claims, change)).toMatchObject({ scopes: ["a"], permissions: ["b"] })
  })
})

describe("the header's typ", () => {
  test.each([
    ["auth0", [null, "JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"]],
    ["oidc", [null, "JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"]],
    ["rfc9068", ["at+jwt", "AT+JWT", "application/at+jwt"]],
  ] as const)("%s", (profile, taken) => {
    const types = [
      ...[null, "JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"],
      ...[
        "",
        "at+jwt ",
        "application/application/jwt",
        "text/jwt",
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "token-introspection+jwt",
      ],
      ...["id+jwt", "constructor", "none"],
    ]
    expect(types.filter((type) => checkHeaderType(type, profiles[profile]) === null)).toEqual(taken)
  })
})
