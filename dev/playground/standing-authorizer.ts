import type { Caller } from "../../cli/caller/caller.ts"
import { isRejection } from "../../core/decision.ts"
import {
  type AccessRequest,
  type Authorizer,
  authorizerOf,
  type Config,
  type ConfigInput,
  type Environment,
  type KeySetLoad,
  type KeySource,
  type KeyStore,
  loadKeySet,
  loadStored,
  parseConfig,
  writeSnapshot,
} from "../../core/index.ts"
import { parseToken } from "../../core/token.ts"
import { httpGet } from "../../lambda/http-get.ts"
import { nodeSignatures } from "../../lambda/signatures.ts"
import type { Edge } from "../edge.ts"

/** A third edge, in this process: its decisions can be looked into. */
export interface StandingAuthorizer extends Edge {
  /** Under which policy it decides now. */
  readonly config: Config
  /** Whoever sends a request with this Authorization header, or without one. Decides now, whatever time it is asked for. */
  callerWith(authorization: string | null): Caller
}

/**
 * Makes one that keeps its keys from request to request, and also, as a Worker's cache does, from policy to policy.
 *
 * @throws ConfigError where the policy can't be enforced.
 */
export function standingAuthorizer(policy: ConfigInput, environment: Environment): StandingAuthorizer {
  const loadKeys = keyLoader()
  let config = parseConfig(policy, environment)
  let authorizer = makeAuthorizer()

  function makeAuthorizer(): Authorizer {
    return authorizerOf(config, { now: () => Date.now(), signatures: nodeSignatures, loadKeySet: loadKeys })
  }

  return {
    get config() {
      return config
    },
    async enforce(next) {
      config = parseConfig(next, environment)
      authorizer = makeAuthorizer()
    },
    callerWith: (authorization) => callerOf(authorizer, authorization),
  }
}

function callerOf(authorizer: Authorizer, authorization: string | null): Caller {
  const parts = authorization === null ? null : parseToken(authorization.replace(/^bearer +/i, ""))
  const withToken = (request: AccessRequest): AccessRequest =>
    authorization === null ? request : { ...request, headers: { ...request.headers, authorization } }
  return {
    kind: authorization === null ? "none" : "token",
    presented:
      parts === null || isRejection(parts) ? null : { header: parts.untrustedHeader, claims: parts.untrustedPayload },
    decide: (_config, request) => authorizer.authorize(withToken(request)),
    async identify() {
      const caller = await authorizer.identify(withToken({ method: "GET", path: "/", headers: {} }))
      return caller && "outcome" in caller ? null : caller
    },
  }
}

/** Fetches key sets, one at a time from each source, and keeps the last that came. */
function keyLoader() {
  const snapshots = new Map<string, unknown>()
  const fetches = new Map<string, Promise<KeySetLoad>>()
  const store: KeyStore = {
    read: async (source) => snapshots.get(idOf(source)) ?? null,
    write: async (source, snapshot) => void snapshots.set(idOf(source), snapshot),
  }

  async function fetchKeys(source: KeySource): Promise<KeySetLoad> {
    const load = await loadKeySet(source, httpGet, Date.now())
    if (load.ok) await store.write(source, writeSnapshot(source.issuer, load))
    return load
  }

  return async (source: KeySource, newerThan: number): Promise<KeySetLoad> => {
    const stored = await loadStored(store, source, newerThan, Date.now())
    if (stored) return stored
    const id = idOf(source)
    const fetched = fetches.get(id) ?? fetchKeys(source).finally(() => fetches.delete(id))
    fetches.set(id, fetched)
    return fetched
  }
}

/** Another place for the keys is another source. */
function idOf({ issuer, jwksUri }: KeySource): string {
  return JSON.stringify([issuer, jwksUri])
}
