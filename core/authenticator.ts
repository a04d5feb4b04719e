import { type VerifiedToken, verifyClaims } from "./claims.ts"
import type { Config } from "./config.ts"
import { findCredentials } from "./credentials.ts"
import { isRejection, type Rejection } from "./decision.ts"
import { allowedAlgorithm, claimedIssuer, keySourceOf } from "./issuers.ts"
import { findKeys, usableKeys } from "./key-finder.ts"
import { createKeyRing, type KeyRing } from "./key-ring.ts"
import { createMemo, recall, remember } from "./memo.ts"
import type { Ports } from "./ports.ts"
import { checkHeaderType, profiles } from "./profiles.ts"
import type { AccessRequest } from "./request.ts"
import { webCryptoSignatures } from "./signatures.ts"
import { parseToken } from "./token.ts"
import { fail, pass, type Trail } from "./trail.ts"
import { verifySignature } from "./verify.ts"

/** Says who calls. Keeps the issuers' keys and the tokens that were verified between calls. */
export interface Authenticator {
  /**
   * The verified token of a request, or why there is none; each step is noted on the trail. `at` is in milliseconds. What was
   * verified before is returned at once, without a promise.
   */
  authenticate(
    request: AccessRequest,
    at: number,
    trail: Trail,
  ): VerifiedToken | Rejection | Promise<VerifiedToken | Rejection>
}

/** Makes an authenticator for the issuers of a policy. */
export function createAuthenticator(config: Config, ports: Ports): Authenticator {
  const { issuers, pinnedKeys, clockToleranceSeconds } = config
  const signatures = ports.signatures ?? webCryptoSignatures
  const memo = createMemo(config.memo)
  const rings = new Map(
    issuers.map((issuer) => {
      const pinned = pinnedKeys.find((one) => one.issuer === issuer.issuer) ?? null
      return [issuer.issuer, createKeyRing(keySourceOf(issuer), issuer.keys, pinned)]
    }),
  )

  return {
    authenticate(request, at, trail) {
      const { authorization } = request.headers
      const known = authorization === undefined ? null : recall(memo, authorization, at)
      if (known === null || usableKeys(known.ring, ports, at) !== known.generation) return verify(request, at, trail)
      for (const check of known.checks) trail.checks.push(check)
      return known.verified
    },
  }

  async function verify(request: AccessRequest, at: number, trail: Trail): Promise<VerifiedToken | Rejection> {
    const begin = trail.checks.length
    const credentials = findCredentials(request)
    if (isRejection(credentials)) return fail(trail, "credentials", credentials)
    pass(trail, "credentials", bearer)

    const token = parseToken(credentials.token)
    if (isRejection(token)) return fail(trail, "token", token)
    pass(trail, "token")

    const issuer = claimedIssuer(token, issuers)
    if (isRejection(issuer)) return fail(trail, "issuer", issuer)
    const algorithm = allowedAlgorithm(token, issuer)
    if (isRejection(algorithm)) return fail(trail, "issuer", algorithm)
    const wrongType = checkHeaderType(token.untrustedHeader.typ, profiles[issuer.profile])
    if (wrongType) return fail(trail, "issuer", wrongType)
    pass(trail, "issuer", { issuer: issuer.issuer, algorithm })

    const ring = rings.get(issuer.issuer) as KeyRing
    const found = findKeys(ring, token.untrustedHeader, algorithm, ports, at)
    const match = found instanceof Promise ? await found : found
    if (isRejection(match)) return fail(trail, "keys", match)
    pass(trail, "keys")

    const checked = verifySignature(token, match.keys, signatures)
    const signed = checked instanceof Promise ? await checked : checked
    if (isRejection(signed)) return fail(trail, "signature", signed)
    pass(trail, "signature")

    const verified = verifyClaims(signed, issuer, at / 1000, clockToleranceSeconds)
    if (isRejection(verified)) return fail(trail, "claims", verified)
    pass(trail, "claims", { expiresAt: verified.expiresAt })

    const until = verified.expiresAt * 1000
    if (at < until) {
      const checks = trail.checks.slice(begin)
      const { generation } = match
      remember(memo, request.headers.authorization ?? "", { verified, checks, ring, generation, from: at, until })
    }
    return verified
  }
}

const bearer = { scheme: "Bearer" }
