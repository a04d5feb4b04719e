import type { VerifiedToken } from "./claims.ts"
import type { Issuer } from "./config.ts"
import { claim, type Rejection, refuse } from "./decision.ts"
import type { StepUp } from "./requirement.ts"

/**
 * Checks how and how lately the user authenticated, or says what would be enough (RFC 9470 §3). A token that does not say is
 * refused. `now` and the tolerance are in seconds.
 */
export function checkStepUp(
  { claims }: VerifiedToken,
  { acr, amr, maxAgeSeconds }: StepUp,
  issuer: Issuer,
  now: number,
  clockToleranceSeconds: number,
): null | Rejection {
  const enough = {
    ...(acr.length > 0 && { acrValues: acr }),
    ...(maxAgeSeconds !== null && { maxAge: maxAgeSeconds }),
  }
  const presented = claim(claims, issuer.acrClaim)
  if (acr.length > 0 && !acr.some((value) => value === presented))
    return refuse("authentication_insufficient", { unmet: "stepUp.acr", oneOf: acr }, enough)

  const methods = [claim(claims, issuer.amrClaim)].flat()
  const missing = amr.filter((method) => !methods.includes(method))
  if (missing.length > 0) return refuse("authentication_insufficient", { unmet: "stepUp.amr", missing }, enough)

  if (maxAgeSeconds !== null) {
    const time = claim(claims, issuer.authTimeClaim)
    const age = typeof time === "number" ? now - time : Number.NaN
    if (!(age <= maxAgeSeconds + clockToleranceSeconds && age >= -clockToleranceSeconds))
      return refuse("authentication_insufficient", { unmet: "stepUp.maxAgeSeconds", maxAgeSeconds }, enough)
  }
  return null
}
