import type { ConfigInput, IssuerInput, KeySetLoad, Ports } from "../../core/index.ts"
import { readPublicKey } from "../../core/public-key.ts"
import { type IssuerKey, makeKey, signJws } from "../support/signing-issuer.ts"

// An issuer without a network under a clock that stands: what a token is worth depends on the test alone.

export const issuer = "https://tenant.example/"
export const audience = "https://api.example.com"
/** In milliseconds, and a whole second. */
export const now = Date.UTC(2026, 10, 1)
export const nowSeconds = now / 1000

/** None has an `alg`, so that the policy alone decides. */
export const keys = {
  rsa: makeKey("rsa", { kid: "rsa" }),
  p256: makeKey("P-256", { kid: "p256" }),
  ed25519: makeKey("Ed25519", { kid: "ed25519" }),
}

export const policy = (routes?: ConfigInput["routes"], change: Partial<IssuerInput> = {}): ConfigInput => ({
  issuers: [
    { issuer, audiences: [audience], profile: "auth0", algorithms: ["RS256", "ES256", "EdDSA", "Ed25519"], ...change },
  ],
  ...(routes && { routes }),
})

/** What loading these keys comes to. */
export function loadOf(...published: readonly IssuerKey[]): KeySetLoad & { ok: true } {
  const read = published.map(({ jwk }) => readPublicKey(jwk))
  const usable = read.filter((key) => typeof key !== "string")
  return { ok: true, keys: usable, fetchedAt: now, freshSeconds: null, skipped: [] }
}

export function standingPorts(load: KeySetLoad = loadOf(...Object.values(keys))): Ports {
  return { now: () => now, loadKeySet: async () => load }
}

export const ordinaryClaims: Readonly<Record<string, unknown>> = {
  iss: issuer,
  sub: "auth0|alice",
  aud: audience,
  azp: "web",
  scope: "openid read:orders",
  iat: nowSeconds,
  exp: nowSeconds + 300,
}

/** A token that `policy` takes, with parts of it replaced; undefined takes a claim or a parameter away. */
export function tokenOf(claims: object = {}, header: object = {}, key: IssuerKey = keys.rsa, alg = "RS256"): string {
  return signJws(
    key.privateKey,
    alg,
    { alg, typ: "JWT", kid: key.jwk.kid, ...header },
    { ...ordinaryClaims, ...claims },
  )
}
