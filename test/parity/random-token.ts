import { type IssuerKey, makeKey, signJws } from "../support/signing-issuer.ts"
import type { Draw } from "./draw.ts"

/** The keys of the issuers that policies know, in the order of those, and one that nobody publishes. */
export const keys = {
  issuers: [0, 1].map((index) => ({
    ES256: makeKey("P-256", { kid: `ec-${index}`, alg: "ES256" }),
    RS256: makeKey("rsa", { kid: `rsa-${index}` }),
  })),
  unpublished: makeKey("P-256", { kid: "unpublished" }),
} as const

/**
 * The Authorization headers of a request with these claims, by an issuer's own key (`signer` counts the issuers); now and then
 * without a token, or with one that is spoilt in a way that no claim of a rule's asks after. `now` is in seconds.
 */
export function randomAuthorization(
  draw: Draw,
  claims: Readonly<Record<string, unknown>>,
  signer: number,
  now: number,
): readonly string[] {
  const alg = draw.chance(0.95) ? "ES256" : "RS256"
  const key = (keys.issuers[signer] ?? keys.issuers[0])?.[alg] as IssuerKey
  const token = (change: object = {}, header: object = {}, by = key) => {
    const typ = draw.one(["at+jwt", "at+jwt", "application/at+jwt", "JWT"])
    return signJws(by.privateKey, alg, { alg, typ, kid: by.jwk.kid, ...header }, { ...claims, ...change })
  }
  if (draw.chance(0.85)) return [`${draw.one(["Bearer", "Bearer", "bearer"])} ${token()}`]

  const spoilt: readonly (() => readonly string[])[] = [
    () => [],
    () => [""],
    () => [`Basic ${Buffer.from("a:b").toString("base64")}`],
    () => [`Bearer ${token()}`, `Bearer ${token()}`],
    () => [`Bearer ${token()} x`],
    () => ["Bearer a.b.c"],
    () => [`Bearer ${token().slice(0, -4)}`],
    () => [`Bearer ${token().replace(/[^.]$/, (last) => (last === "A" ? "Q" : "A"))}`],
    () => [`Bearer ${token({ pad: "x".repeat(9000) })}`],
    () => [`Bearer ${token({ exp: now - 3600, iat: now - 7200 })}`],
    () => [`Bearer ${token({ nbf: now + 7200 })}`],
    () => [`Bearer ${token({ iat: now - 86_400, exp: now + 86_400 })}`],
    () => [`Bearer ${token({ exp: String(now + 3600) })}`],
    () => [`Bearer ${token({ aud: "https://elsewhere.example" })}`],
    () => [`Bearer ${token({ iss: "https://elsewhere.example/" })}`],
    () => [`Bearer ${token({ sub: undefined })}`],
    () => [`Bearer ${token({ nonce: "n" })}`],
    () => [`Bearer ${token({ cnf: { jkt: "thumb" } })}`],
    () => [`Bearer ${token({ jti: undefined })}`],
    () => [`Bearer ${token({}, { typ: "logout+jwt" })}`],
    () => [`Bearer ${token({}, { alg: "none" })}`],
    () => [`Bearer ${token({}, { alg: "ES384" })}`],
    () => [`Bearer ${token({}, { crit: ["b64"] })}`],
    () => [`Bearer ${token({}, { kid: "gone" })}`],
    () => [`Bearer ${token({}, { kid: undefined })}`],
    () => [`Bearer ${token({}, { kid: key.jwk.kid }, keys.unpublished)}`],
  ]
  return draw.one(spoilt)()
}
