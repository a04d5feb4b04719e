import { type AlgorithmName, algorithms } from "./algorithms.ts"
import type { Issuer } from "./config.ts"
import { type Rejection, refuse } from "./decision.ts"
import type { KeySource } from "./key-set.ts"
import type { UntrustedToken } from "./token.ts"

/**
 * The configured issuer that a token names, compared exactly: no prefix, case or slash is forgiven (RFC 7519 §4.1.1). Naming
 * one proves nothing; it only says whose keys must have signed.
 */
export function claimedIssuer(
  { untrustedPayload: { iss } }: UntrustedToken,
  issuers: readonly Issuer[],
): Issuer | Rejection {
  const issuer = issuers.find((candidate) => candidate.issuer === iss)
  if (issuer) return issuer
  const known = issuers.map((candidate) => candidate.issuer)
  const nearMiss = typeof iss === "string" && known.some((name) => name.replace(/\/$/, "") === iss.replace(/\/$/, ""))
  return refuse("issuer_untrusted", { known, ...(nearMiss && { hint: "differs in the trailing slash only" }) })
}

/** Where an issuer's keys are, and what fetching them may take. */
export function keySourceOf({ issuer, jwksUri, keys }: Issuer): KeySource {
  return { issuer, jwksUri, limits: keys }
}

/** The token's algorithm, if this issuer may use it. The issuer's list decides, never the token or the key (RFC 8725 §3.1). */
export function allowedAlgorithm(
  { untrustedHeader: { alg } }: UntrustedToken,
  issuer: Issuer,
): AlgorithmName | Rejection {
  const allowed = issuer.algorithms.find((name) => name === alg)
  return (
    allowed ??
    refuse("algorithm_not_allowed", { allowed: issuer.algorithms, supported: Object.hasOwn(algorithms, alg) })
  )
}
