import { isRejection } from "../../core/decision.ts"
import {
  type AccessRequest,
  type Authorizer,
  authorizerOf,
  type Claims,
  type Config,
  type Decision,
  type KeySetLoad,
  loadKeySet,
  type VerifiedToken,
} from "../../core/index.ts"
import { parseToken, type UntrustedHeader } from "../../core/token.ts"
import { httpGet } from "../../lambda/http-get.ts"
import { completeClaims, offlineAuthorizer } from "./offline.ts"

/** Who sends a request that is to be explained. */
export interface Caller {
  /** "token": of an issuer, checked with its keys; "claims": of this process; "none": there is none to be checked. */
  readonly kind: "token" | "claims" | "none"
  /** What the token says, true or not; null where there is none that could be read. */
  readonly presented: { readonly header: UntrustedHeader | null; readonly claims: Claims } | null
  /** The decision on a request at a time, in milliseconds. */
  decide(config: Config, request: AccessRequest, at: number): Promise<Decision>
  /** Who the caller is at a time, whatever the rules say; null where no token proves it. */
  identify(config: Config, at: number): Promise<VerifiedToken | null>
}

/**
 * A caller with a real token, in an Authorization header. The keys are fetched from its issuer, once; keys that are pinned count for
 * nothing.
 */
export function callerWithCredentials(authorization: string): Caller {
  const loads = new Map<string, Promise<KeySetLoad>>()
  const parts = parseToken(authorization.replace(/^bearer +/i, ""))
  function authorizerAt(config: Config, at: number): Authorizer {
    return authorizerOf(
      { ...config, pinnedKeys: [] },
      {
        now: () => at,
        loadKeySet(source) {
          const load = loads.get(source.issuer) ?? loadKeySet(source, httpGet, at)
          loads.set(source.issuer, load)
          return load
        },
      },
    )
  }

  return {
    kind: "token",
    presented: isRejection(parts) ? null : { header: parts.untrustedHeader, claims: parts.untrustedPayload },
    decide(config, request, at) {
      const headers = { ...request.headers, authorization }
      return authorizerAt(config, at).authorize({ ...request, headers })
    },
    async identify(config, at) {
      const caller = await authorizerAt(config, at).identify({ method: "GET", path: "/", headers: { authorization } })
      return caller && "outcome" in caller ? null : caller
    },
  }
}

/** A caller with a token that this process makes of claims; null for one without any. */
export function callerWithClaims(claims: Claims | null, config: Config, at: number): Caller {
  return {
    kind: claims ? "claims" : "none",
    presented: claims && { header: null, claims: completeClaims(claims, config, at) },
    decide: (underConfig, request) => offlineAuthorizer(underConfig).decide(request, claims, at),
    identify: async (underConfig) => claims && offlineAuthorizer(underConfig).identify(claims, at),
  }
}
