import { type Claims, claim, type Rejection, refuse } from "./decision.ts"
import { isJsonObject } from "./json.ts"

/** What an issuer's access tokens look like: the `typ` values and the claims that are demanded of them. */
export interface Profile {
  /** Media types without "application/", in lower case; null where the header may leave `typ` out. */
  readonly types: readonly (string | null)[]
  readonly requiredClaims: readonly string[]
  /** At least one of these must be there: what an access token has and an ID token has not. */
  readonly anyClaim: readonly string[]
}

/**
 * `auth0`: Auth0's own profile or its RFC 9068 one. `rfc9068`: strictly RFC 9068. `oidc`: any OpenID Connect issuer that
 * signs its access tokens as plain JWTs.
 */
export const profiles = {
  auth0: {
    types: ["jwt", "at+jwt", null],
    requiredClaims: ["iss", "sub", "aud", "exp", "iat"],
    anyClaim: ["azp", "client_id", "scope", "permissions"],
  },
  rfc9068: {
    types: ["at+jwt"],
    requiredClaims: ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"],
    anyClaim: ["client_id"],
  },
  oidc: {
    types: ["jwt", "at+jwt", null],
    requiredClaims: ["iss", "sub", "aud", "exp"],
    anyClaim: ["azp", "client_id", "cid", "appid", "scope", "scp", "permissions", "roles"],
  },
} as const satisfies Record<string, Profile>

/** The name of a profile. */
export type ProfileName = keyof typeof profiles

/** Where an issuer's keys are if nobody says: Auth0 documents a place, so its discovery document need not be asked; others are. */
export function defaultJwksUri(issuer: string, profile: ProfileName): string | null {
  return profile === "auth0" ? `${issuer.replace(/\/$/, "")}/.well-known/jwks.json` : null
}

/** Only ID tokens carry these: the first answers the client's request, the others bind the token to its siblings. */
const idTokenClaims = ["nonce", "at_hash", "c_hash", "s_hash"]

/** Checks the header's `typ` (RFC 9068 §4, RFC 8725 §3.11). A value without a slash stands for `application/` and itself. */
export function checkHeaderType(typ: string | null, profile: Profile): null | Rejection {
  const lowerCase = typ?.toLowerCase() ?? null
  const type = lowerCase?.startsWith("application/") ? lowerCase.slice("application/".length) : lowerCase
  if (profile.types.includes(type)) return null
  return refuse("token_type", { expected: profile.types.map((name) => name ?? "none") })
}

/**
 * Refuses the other tokens that the same keys sign: ID tokens, and logout or security event tokens (by `events`, RFC 8417).
 * They differ from access tokens in their claims where their header doesn't say so.
 */
export function checkTokenKind(claims: Claims, profile: Profile): null | Rejection {
  for (const name of idTokenClaims)
    if (claim(claims, name) !== undefined) return refuse("token_type", { found: "an ID token; send the access token" })
  if (isJsonObject(claim(claims, "events"))) return refuse("token_type", { found: "a security event token" })
  if (!profile.anyClaim.some((name) => claim(claims, name) !== undefined))
    return refuse("token_type", { expected: "an access token, which has one of these claims", anyOf: profile.anyClaim })
  return null
}
