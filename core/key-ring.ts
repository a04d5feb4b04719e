import { type AlgorithmName, algorithms } from "./algorithms.ts"
import { fault, type Rejection, refuse } from "./decision.ts"
import type { KeyLimits } from "./key-limits.ts"
import type { KeySetLoad, KeySource } from "./key-set.ts"
import type { Ports } from "./ports.ts"
import type { PublicKey } from "./public-key.ts"
import type { UntrustedHeader } from "./token.ts"

/** A key that WebCrypto has imported for one algorithm. */
export interface VerificationKey {
  readonly cryptoKey: CryptoKey
  readonly algorithm: AlgorithmName
}

/** One issuer's keys, as data with time stamps: no timer runs and no promise is kept between calls. */
export interface KeyRing {
  readonly source: KeySource
  readonly limits: KeyLimits
  set: { readonly load: KeySetLoad & { ok: true }; readonly fetchedAt: number; readonly imported: ImportedKeys } | null
  failure: { readonly load: KeySetLoad & { ok: false }; readonly at: number } | null
  /** The last fetch that an unknown key caused. Whoever comes while it is under way joins it. */
  unknownKeyFetch: { readonly startedAt: number; underWay: boolean } | null
}

type ImportedKeys = Map<PublicKey, Map<AlgorithmName, CryptoKey>>

/** More keys than this under one id are no rotation; each would cost a signature check. */
const maximumCandidates = 4

/** An empty ring for one issuer. Nothing is fetched before the first token asks. */
export function createKeyRing(source: KeySource, limits: KeyLimits): KeyRing {
  return { source, limits, set: null, failure: null, unknownKeyFetch: null }
}

/**
 * The keys that a token's signature may be checked with: of the key id that the token names, of the type that its algorithm
 * needs. A token without a key id is only taken where one key fits. An outage is a fault, never a refusal.
 */
export async function findKeys(
  ring: KeyRing,
  header: UntrustedHeader,
  algorithm: AlgorithmName,
  ports: Ports,
): Promise<readonly VerificationKey[] | Rejection> {
  const startedAt = ports.now()
  const outage = await refreshIfDue(ring, ports)
  if (outage) return outage

  let candidates = candidateKeys(ring, header, algorithm)
  const isFresh = ring.set !== null && ring.set.fetchedAt >= startedAt
  if (candidates.length === 0 && !isFresh) {
    const failed = await refetchForUnknownKey(ring, ports)
    if (failed) return failed
    candidates = candidateKeys(ring, header, algorithm)
  }
  if (candidates.length === 0) return refuse("key_unknown", { algorithm, keyIdGiven: header.kid !== null })
  if (header.kid === null && candidates.length > 1) return refuse("key_unknown", { algorithm, keyIdGiven: false })
  return importKeys(ring, candidates.slice(0, maximumCandidates), algorithm)
}

/** Makes sure that the ring holds keys young enough to use, or says why there are none. */
async function refreshIfDue(ring: KeyRing, ports: Ports): Promise<Rejection | null> {
  const { limits } = ring
  const now = ports.now()
  if (ring.set && now - ring.set.fetchedAt < limits.refreshAfterSeconds * 1000) return null
  if (!ring.failure || now - ring.failure.at >= limits.retryAfterSeconds * 1000) await fetchKeys(ring, ports)
  if (ring.set && ports.now() - ring.set.fetchedAt < limits.maximumAgeSeconds * 1000) return null
  return outageOf(ring)
}

/** Fetches the key set because of a key that it lacks, at most once in the cool-down, or says that the fetch failed. */
async function refetchForUnknownKey(ring: KeyRing, ports: Ports): Promise<Rejection | null> {
  const { limits, failure, unknownKeyFetch: last } = ring
  const now = ports.now()
  const coolDownSeconds = failure ? limits.retryAfterSeconds : limits.unknownKeyCoolDownSeconds
  const coolingDown = last !== null && now - last.startedAt < coolDownSeconds * 1000
  // The failed fetch need not have been one for an unknown key.
  const isLeftAlone = failure !== null && now - failure.at < limits.retryAfterSeconds * 1000
  if ((coolingDown || isLeftAlone) && !last?.underWay) {
    // Whether the key is new can't be told while the issuer is down: that is an outage, not the caller's mistake.
    return failure ? outageOf(ring) : null
  }
  const current = coolingDown ? last : { startedAt: now, underWay: true }
  ring.unknownKeyFetch = current
  await fetchKeys(ring, ports)
  current.underWay = false
  return ring.failure ? outageOf(ring) : null
}

async function fetchKeys(ring: KeyRing, ports: Ports): Promise<void> {
  const startedAt = ports.now()
  const load = await ports.loadKeySet(ring.source)
  if (!load.ok) ring.failure = { load, at: ports.now() }
  else if (load !== ring.set?.load) {
    // Those who share a fetch share its result: only the first to see it counts its age, from before the fetch began.
    ring.set = { load, fetchedAt: startedAt, imported: new Map() }
    ring.failure = null
  }
}

function outageOf(ring: KeyRing): Rejection {
  const load = ring.failure?.load ?? { reason: "keys_unreachable", detail: "no key set yet" }
  return fault(load.reason, ring.limits.retryAfterSeconds, { issuer: ring.source.issuer, detail: load.detail })
}

/** The keys of the set that fit: key id where one is given, type and curve, and the key's own `alg` where it has one. */
function candidateKeys(ring: KeyRing, { kid }: UntrustedHeader, algorithm: AlgorithmName): readonly PublicKey[] {
  const { kty, crv } = algorithms[algorithm]
  const keys = ring.set?.load.keys ?? []
  return keys.filter(
    (key) =>
      (kid === null || key.kid === kid) &&
      key.kty === kty &&
      (crv === null || key.crv === crv) &&
      allows(key, algorithm),
  )
}

/** One key, one algorithm (RFC 8725 §3.1). RFC 9864 gave EdDSA with Ed25519 a second name; both name one algorithm. */
function allows({ alg }: PublicKey, algorithm: AlgorithmName): boolean {
  const isEd25519 = (name: string | null) => name === "EdDSA" || name === "Ed25519"
  return alg === null || alg === algorithm || (isEd25519(alg) && isEd25519(algorithm))
}

/** Imports each key once and remembers it with the set that it came from. A key that can't be imported is left out. */
async function importKeys(
  ring: KeyRing,
  keys: readonly PublicKey[],
  algorithm: AlgorithmName,
): Promise<readonly VerificationKey[] | Rejection> {
  const usable: VerificationKey[] = []
  for (const key of keys) {
    const remembered = ring.set?.imported.get(key)
    const cryptoKey = remembered?.get(algorithm) ?? (await importKey(key, algorithm))
    if (!cryptoKey) continue
    if (remembered) remembered.set(algorithm, cryptoKey)
    else ring.set?.imported.set(key, new Map([[algorithm, cryptoKey]]))
    usable.push({ cryptoKey, algorithm })
  }
  if (usable.length > 0) return usable
  return fault("keys_invalid", ring.limits.retryAfterSeconds, {
    issuer: ring.source.issuer,
    detail: "a key can't be imported",
  })
}

/** Null for a key that WebCrypto won't have: a point that is not on its curve, say. */
async function importKey({ jwk }: PublicKey, algorithm: AlgorithmName): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey("jwk", jwk, algorithms[algorithm].importParameters, false, ["verify"])
  } catch {
    return null
  }
}
