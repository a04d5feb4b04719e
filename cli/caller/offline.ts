import {
  type AccessRequest,
  type Authorizer,
  authorizerOf,
  type Config,
  type Decision,
  type Issuer,
  type KeySetLoad,
  type VerifiedToken,
} from "../../core/index.ts"
import { profiles } from "../../core/profiles.ts"
import { nodeSignatures } from "../../lambda/signatures.ts"
import { offlineKeys, signOffline } from "./offline-issuer.ts"

/** Decides without a network and without real tokens. */
export interface OfflineAuthorizer {
  /**
   * The decision on a request of a caller with these claims at a time, in milliseconds since the epoch. Null: without a token;
   * an `authorization` header is sent as it stands then.
   */
  decide(request: AccessRequest, claims: OfflineClaims | null, at: number): Promise<Decision>
  /** The caller whom these claims prove at a time, whatever the rules say; null for nobody. */
  identify(claims: OfflineClaims, at: number): Promise<VerifiedToken | null>
}

/** Claims of a token that is yet to be signed. One that is given as undefined stays out, and isn't completed either. */
export type OfflineClaims = Readonly<Record<string, unknown>>

/** For how long a token is good that doesn't say. */
const lifetimeSeconds = 3600

/**
 * Makes an authorizer that takes every step of a decision under this policy, signature check included: claims become tokens that
 * are signed here, and checked with keys that were made here. Keys that the policy pins count for nothing.
 */
export function offlineAuthorizer(config: Config): OfflineAuthorizer {
  const offline: Config = { ...config, pinnedKeys: [] }
  // One for each time, so that a decision's clock stands still and what is remembered never comes from the future.
  const authorizers = new Map<number, Authorizer>()
  const authorizerAt = (at: number) => {
    const authorizer = authorizers.get(at) ?? makeAuthorizer(at)
    authorizers.set(at, authorizer)
    return authorizer
  }

  return {
    async decide(request, claims, at) {
      if (claims === null) return authorizerAt(at).authorize(request)
      const headers = { ...request.headers, authorization: authorizationOf(claims, at) }
      return authorizerAt(at).authorize({ ...request, headers })
    },
    async identify(claims, at) {
      const headers = { authorization: authorizationOf(claims, at) }
      const caller = await authorizerAt(at).identify({ method: "GET", path: "/", headers })
      return caller && "outcome" in caller ? null : caller
    },
  }

  function authorizationOf(claims: OfflineClaims, at: number): string {
    const completed = completeClaims(claims, config, at)
    const { algorithms, profile } = issuerOf(completed, config)
    return `Bearer ${signOffline(completed, algorithms[0] ?? "RS256", profiles[profile].types[0])}`
  }

  function makeAuthorizer(at: number): Authorizer {
    return authorizerOf(offline, {
      now: () => at,
      signatures: nodeSignatures,
      async loadKeySet(source): Promise<KeySetLoad> {
        const { algorithms } = issuerOf({ iss: source.issuer }, config)
        const keys = offlineKeys(algorithms[0] ?? "RS256")
        return { ok: true, keys, fetchedAt: at, freshSeconds: null, skipped: [] }
      },
    })
  }
}

/**
 * The claims with all that a token needs beside what was asked for: issuer and audience of the policy, a subject, times around
 * `at`, and what the issuer's profile demands. What is given stays as it is, be it wrong.
 */
export function completeClaims(claims: OfflineClaims, config: Config, at: number): OfflineClaims {
  const { issuer, audiences, profile, maximumLifetimeSeconds } = issuerOf(claims, config)
  const now = Math.floor(at / 1000)
  const { requiredClaims, anyClaim } = profiles[profile]
  const needsClient =
    (requiredClaims as readonly string[]).includes("client_id") || !anyClaim.some((name) => claims[name] !== undefined)
  return {
    iss: issuer,
    sub: "someone",
    aud: audiences[0],
    iat: now,
    exp: now + Math.min(lifetimeSeconds, maximumLifetimeSeconds ?? lifetimeSeconds),
    ...((requiredClaims as readonly string[]).includes("jti") && { jti: "some-token" }),
    ...(needsClient && { client_id: "some-client" }),
    ...claims,
  }
}

/** The issuer that claims name; the first one for those that name none, or one that is not the policy's. */
function issuerOf({ iss }: OfflineClaims, { issuers }: Config): Issuer {
  const issuer = issuers.find((one) => one.issuer === iss) ?? issuers[0]
  if (!issuer) throw new Error("a policy has at least one issuer")
  return issuer
}
