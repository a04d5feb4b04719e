import { andThen } from "./and-then.ts"
import { type VerifiedToken, verifyClaims } from "./claims.ts"
import type { Config } from "./config.ts"
import { findCredentials } from "./credentials.ts"
import { isRejection } from "./decision.ts"
import { allowedAlgorithm, claimedIssuer, keySourceOf } from "./issuers.ts"
import { findKeys, usableKeys } from "./key-finder.ts"
import { createKeyRing, type KeyRing } from "./key-ring.ts"
import { admits, createMemo, recall, remember } from "./memo.ts"
import type { Ports } from "./ports.ts"
import { checkHeaderType, profiles } from "./profiles.ts"
import type { AccessRequest } from "./request.ts"
import { webCryptoSignatures } from "./signatures.ts"
import { parseToken, type UntrustedToken } from "./token.ts"
import { type Ending, end, pass, type Trail } from "./trail.ts"
import { verifySignature } from "./verify.ts"

/** Says who calls. Keeps the issuers' keys and the tokens that were verified between calls. */
export interface Authenticator {
  /**
   * The verified token of a request, or the decision that there is none; each step is noted on the trail. Where nothing has
   * to be waited for, it is returned without a promise.
   */
  authenticate(request: AccessRequest, trail: Trail): Verified | Promise<Verified>
}

type Verified = VerifiedToken | Ending

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
    authenticate(request, trail) {
      const { at } = trail
      const { authorization } = request.headers
      const known = authorization === undefined ? null : recall(memo, authorization, at)
      if (known === null || usableKeys(known.ring, ports, at) !== known.generation) return verify(request, trail)
      for (const check of known.checks) trail.checks.push(check)
      return known.verified
    },
  }

  function verify(request: AccessRequest, trail: Trail): Verified | Promise<Verified> {
    const { at } = trail
    const begin = trail.checks.length
    const token = plainToken(request) ?? findToken(request, trail)
    if ("outcome" in token) return token
    pass(trail, "credentials", bearer)
    pass(trail, "token")

    const issuer = claimedIssuer(token, issuers)
    if (isRejection(issuer)) return end(trail, "issuer", issuer)
    const algorithm = allowedAlgorithm(token, issuer)
    if (isRejection(algorithm)) return end(trail, "issuer", algorithm)
    const wrongType = checkHeaderType(token.untrustedHeader.typ, profiles[issuer.profile])
    if (wrongType) return end(trail, "issuer", wrongType)
    pass(trail, "issuer", { issuer: issuer.issuer, algorithm })

    const ring = rings.get(issuer.issuer) as KeyRing
    return andThen(findKeys(ring, token.untrustedHeader, algorithm, ports, at), (found) => {
      if (isRejection(found)) return end(trail, "keys", found)
      pass(trail, "keys")

      return andThen(verifySignature(token, found.keys, signatures), (signed) => {
        if (isRejection(signed)) return end(trail, "signature", signed)
        pass(trail, "signature")

        const verified = verifyClaims(signed, issuer, at / 1000, clockToleranceSeconds)
        if (isRejection(verified)) return end(trail, "claims", verified)
        pass(trail, "claims", { expiresAt: verified.expiresAt })

        const { authorization = "" } = request.headers
        if (admits(memo, authorization)) {
          const checks = trail.checks.slice(begin)
          const until = verified.expiresAt * 1000
          remember(memo, authorization, { verified, checks, ring, generation: found.generation, from: at, until })
        }
        return verified
      })
    })
  }
}

const bearer = { scheme: "Bearer" }
const plainScheme = "Bearer "

/**
 * The token of a header as nearly all clients write it, or null. What is a token behind "Bearer " is one credential in the right
 * form, too, and need not be searched for it.
 */
function plainToken({ headers: { authorization } }: AccessRequest): UntrustedToken | null {
  if (!authorization?.startsWith(plainScheme)) return null
  const token = parseToken(authorization.slice(plainScheme.length))
  return isRejection(token) ? null : token
}

/** The token of any other header, or what is wrong with it. */
function findToken(request: AccessRequest, trail: Trail): UntrustedToken | Ending {
  const credentials = findCredentials(request)
  if (isRejection(credentials)) return end(trail, "credentials", credentials)
  const token = parseToken(credentials.token)
  if (!isRejection(token)) return token
  pass(trail, "credentials", bearer)
  return end(trail, "token", token)
}
