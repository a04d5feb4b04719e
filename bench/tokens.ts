import { randomBytes } from "node:crypto"
import { type IssuerKey, makeKey, signJws } from "../test/support/signing-issuer.ts"
import type { AlgorithmName, PublicJwk, Runtime, Settings } from "./peer.ts"

const issuer = "https://acme.eu.auth0.com/"
const audience = "https://api.acme.example"
/** As long as Auth0's access tokens live by default; no run of the benchmark takes that long. */
const lifetimeSeconds = 86_400

/** An issuer of one algorithm, with the keys to sign tokens that its key set confirms. */
export interface Issuer {
  readonly algorithm: AlgorithmName
  readonly keySet: { readonly keys: readonly PublicJwk[] }
  readonly signingKey: IssuerKey
}

/** Makes an issuer that publishes two keys, as in a rotation: the one it signs with, and its successor. */
export function makeIssuer(algorithm: AlgorithmName): Issuer {
  const kind = ({ RS256: "rsa", PS256: "rsa", ES256: "P-256", EdDSA: "Ed25519" } as const)[algorithm]
  const [signingKey, nextKey] = [makeKey(kind, keyMembers(algorithm)), makeKey(kind, keyMembers(algorithm))]
  return {
    algorithm,
    signingKey,
    keySet: { keys: [signingKey, nextKey].map(({ jwk }) => jwk as unknown as PublicJwk) },
  }
}

/** What peers are set up with to take this issuer's tokens. */
export function settingsFor({ algorithm, keySet }: Issuer, runtime: Runtime): Settings {
  return { runtime, algorithm, issuer, audience, keySet }
}

/** A new token, like those that Auth0 issues; no two are the same. `change` replaces claims. */
export function mintToken({ algorithm, signingKey }: Issuer, change: Readonly<Record<string, unknown>> = {}): string {
  const now = Math.floor(Date.now() / 1000)
  return signJws(
    signingKey.privateKey,
    algorithm,
    { alg: algorithm, typ: "JWT", kid: signingKey.jwk.kid },
    {
      iss: issuer,
      sub: `auth0|${randomBytes(12).toString("hex")}`,
      aud: audience,
      // Some peers refuse a token that is not from the past.
      iat: now - 60,
      exp: now + lifetimeSeconds,
      azp: "kR9dM2xQvL7",
      scope: "openid read:orders",
      permissions: ["notes:orders"],
      jti: randomBytes(12).toString("base64url"),
      ...change,
    },
  )
}

export function mintExpiredToken(from: Issuer): string {
  const now = Math.floor(Date.now() / 1000)
  return mintToken(from, { iat: now - 7200, exp: now - 3600 })
}

export function mintTokenForAnother(from: Issuer): string {
  return mintToken(from, { aud: "https://api.another.example" })
}

/** The token with another's payload under its signature: well formed in every part. */
export function swapPayload(token: string, other: string): string {
  const [header, , signature] = token.split(".")
  return [header, other.split(".")[1], signature].join(".")
}

/** The token with one character in the middle of its signature changed. */
export function breakSignature(token: string): string {
  const place = Math.floor((token.lastIndexOf(".") + token.length) / 2)
  return token.slice(0, place) + (token[place] === "A" ? "B" : "A") + token.slice(place + 1)
}

function keyMembers(alg: AlgorithmName) {
  return { kid: randomBytes(8).toString("base64url"), alg, use: "sig" }
}
