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

/** Only ID tokens carry these: the first answers the client's request, the others bind the token to its siblings. */
const idTokenClaims = ["nonce", "at_hash", "c_hash", "s_hash"]

/** Checks the header's `typ` (RFC 9068 §4, RFC 8725 §3.11). A value without a slash stands for `application/` and itself. */
export function checkHeaderType(typ: string | null, profile: Profile): null | Rejection {
  const type = typ === null ? null : typ.toLowerCase().replace(/^application\//, "")
  if (profile.types.includes(type)) return null
  return refuse("token_type", { expected: profile.types.map((name) => name ?? "none") })
}

/**
 * Refuses the other tokens that the same keys sign: ID tokens, and logout or security event tokens (by `events`, RFC 8417).
 * They differ from access tokens in their claims where their header doesn't say so.
 */
export function checkTokenKind(claims: Claims, profile: Profile): null | Rejection {
  if (idTokenClaims.some((name) => claim(claims, name) !== undefined))
    return refuse("token_type", { found: "an ID token; send the access token" })
  if (isJsonObject(claim(claims, "events"))) return refuse("token_type", { found: "a security event token" })
  if (!profile.anyClaim.some((name) => claim(claims, name) !== undefined))
    return refuse("token_type", { expected: "an access token, which has one of these claims", anyOf: profile.anyClaim })
  return null
}
