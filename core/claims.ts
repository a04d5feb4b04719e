import type { Issuer } from "./config.ts"
import { type Claims, claim, isRejection, type Principal, type Rejection, refuse } from "./decision.ts"
import { checkTokenKind, profiles } from "./profiles.ts"
import type { SignedPayload } from "./verify.ts"

declare const verified: unique symbol

/** A caller whose token is genuine, meant for this API and good now. Only `verifyClaims` makes one. */
export interface VerifiedToken extends Principal {
  readonly [verified]: true
}

/** Year 9999. A later date is a mistake, most often milliseconds where RFC 7519 §2 wants seconds. */
const latestNumericDate = 253_402_300_799

/**
 * Checks what a signed payload says (RFC 7519 §4.1, RFC 9068 §4): that it is an access token, for one of this API's audiences,
 * valid at `now`, with all claims that its issuer's profile demands. Scopes, permissions, binding and revocation are not
 * checked here. `now` and the tolerance are in seconds.
 */
export function verifyClaims(
  { payload: claims }: SignedPayload,
  issuer: Issuer,
  now: number,
  clockToleranceSeconds: number,
): VerifiedToken | Rejection {
  const profile = profiles[issuer.profile]
  const wrongKind = checkTokenKind(claims, profile)
  if (wrongKind) return wrongKind
  for (const name of profile.requiredClaims)
    if (claim(claims, name) === undefined) return refuse("claim_missing", { claim: name })

  const times = readTimes(claims)
  if (isRejection(times)) return times
  const { exp, nbf, iat } = times
  if (now >= exp + clockToleranceSeconds) return refuse("token_expired", { exp, now })
  if (now < nbf - clockToleranceSeconds) return refuse("token_not_yet_valid", { nbf, now })
  if (now < iat - clockToleranceSeconds) return refuse("token_not_yet_valid", { iat, now })
  const { maximumLifetimeSeconds } = issuer
  if (maximumLifetimeSeconds !== null && !(exp - iat <= maximumLifetimeSeconds))
    return refuse("token_lifetime", { exp, ...(Number.isFinite(iat) && { iat }), maximumLifetimeSeconds })

  const aud = claim(claims, "aud")
  const audiences = Array.isArray(aud) ? aud : [aud]
  if (!audiences.every((audience) => typeof audience === "string")) return refuse("claim_invalid", { claim: "aud" })
  if (!audiences.some((audience) => issuer.audiences.includes(audience)))
    return refuse("audience_mismatch", { expected: issuer.audiences })

  return readPrincipal(claims, issuer, exp)
}

/** NumericDates in seconds; what is absent never restricts. */
function readTimes(claims: Claims): { exp: number; nbf: number; iat: number } | Rejection {
  const times = { exp: Number.POSITIVE_INFINITY, nbf: Number.NEGATIVE_INFINITY, iat: Number.NEGATIVE_INFINITY }
  for (const name of ["exp", "nbf", "iat"] as const) {
    const value = claim(claims, name)
    if (value === undefined) continue
    if (typeof value !== "number" || !(value >= 0 && value <= latestNumericDate))
      return refuse("claim_invalid", { claim: name })
    times[name] = value
  }
  return times
}

function readPrincipal(claims: Claims, issuer: Issuer, expiresAt: number): VerifiedToken | Rejection {
  const subject = claim(claims, "sub")
  if (typeof subject !== "string" || subject === "") return refuse("claim_invalid", { claim: "sub" })
  const clientId = claim(claims, "client_id") ?? claim(claims, "azp") ?? null
  if (clientId !== null && typeof clientId !== "string") return refuse("claim_invalid", { claim: "client_id" })
  const scopes = readList(claim(claims, issuer.scopeClaim))
  if (!scopes) return refuse("claim_invalid", { claim: issuer.scopeClaim })
  const permissions = readList(claim(claims, issuer.permissionsClaim))
  if (!permissions) return refuse("claim_invalid", { claim: issuer.permissionsClaim })
  return {
    issuer: issuer.issuer,
    subject,
    clientId,
    scopes,
    permissions,
    expiresAt,
    claims,
  } as Principal as VerifiedToken
}

/** A space-delimited string (RFC 6749 §3.3) or a list of strings; null for anything else. */
function readList(value: unknown): readonly string[] | null {
  if (value === undefined) return []
  if (typeof value === "string") return value.split(" ").filter((part) => part !== "")
  return Array.isArray(value) && value.every((part) => typeof part === "string") ? value : null
}
