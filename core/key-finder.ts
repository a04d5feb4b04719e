import type { AlgorithmName } from "./algorithms.ts"
import { fault, type Rejection, refuse } from "./decision.ts"
import { candidateKeys, type FoundKeys, type KeyGeneration, type VerificationKey } from "./key-generation.ts"
import {
  beginUnknownKeyFetch,
  endUnknownKeyFetch,
  hasJustFailed,
  isKnownUnknown,
  isLeftAlone,
  type KeyRing,
  mayRefresh,
  phaseOf,
  rememberUnknownKey,
  takeLoad,
  takePinned,
} from "./key-ring.ts"
import type { Ports } from "./ports.ts"
import type { PublicKey } from "./public-key.ts"
import { type Signatures, webCryptoSignatures } from "./signatures.ts"
import type { UntrustedHeader } from "./token.ts"

type Found = FoundKeys | Rejection

/** More keys than this under one id are no rotation; each would cost a signature check. */
const maximumCandidates = 4

/**
 * The keys that a token's signature may be checked with: of the key id that the token names, of the type that its algorithm
 * needs. A token without a key id is only taken where one key fits. An outage is a fault, never a refusal. Keys that are at
 * hand are returned at once, without a promise.
 */
export function findKeys(
  ring: KeyRing,
  { kid }: UntrustedHeader,
  algorithm: AlgorithmName,
  ports: Ports,
  now: number,
): Found | Promise<Found> {
  const ready = usableKeys(ring, ports, now)?.ready.get(algorithm)?.get(kid)
  return ready ?? waitForKeys(ring, kid, algorithm, ports, now)
}

/** The keys that may be used without waiting, or null. Begins their refresh if that is due. */
export function usableKeys(ring: KeyRing, ports: Ports, now: number): KeyGeneration | null {
  takePinned(ring, now)
  const phase = phaseOf(ring, now)
  if (phase === "due" || (phase === "stale" && hasJustFailed(ring, now))) refreshInBackground(ring, ports, now)
  else if (phase !== "fresh") return null
  return ring.held?.generation ?? null
}

async function waitForKeys(
  ring: KeyRing,
  kid: string | null,
  algorithm: AlgorithmName,
  ports: Ports,
  startedAt: number,
): Promise<Found> {
  const outage = await loadIfNeeded(ring, ports)
  if (outage) return outage

  const find = () => (ring.held ? candidateKeys(ring.held.generation, kid, algorithm) : [])
  let candidates = find()
  if (candidates.length === 0 && ring.held?.pinned && !isLeftAlone(ring, ports.now())) {
    // What other instances have fetched since the snapshot was made may have the key.
    await load(ring, ports, ring.held.fetchedAt)
    candidates = find()
  }
  if (candidates.length === 0 && (ring.held?.fetchedAt ?? 0) < startedAt) {
    const failed = await fetchForUnknownKey(ring, kid, ports)
    if (failed) return failed
    candidates = find()
  }
  const { held } = ring
  if (held === null || candidates.length === 0) {
    if (held && held.fetchedAt >= startedAt) rememberUnknownKey(ring, kid, ports.now())
    return refuse("key_unknown", { algorithm, keyIdGiven: kid !== null })
  }
  if (kid === null && candidates.length > 1) return refuse("key_unknown", { algorithm, keyIdGiven: false })
  return importKeys(ring, held.generation, candidates, kid, algorithm, ports.signatures ?? webCryptoSignatures)
}

/** Makes sure that the ring holds keys young enough to use, or says why there are none. */
async function loadIfNeeded(ring: KeyRing, ports: Ports): Promise<Rejection | null> {
  const { limits } = ring
  // Twice, as the first may bring keys from a store that are too old to be used without asking the issuer.
  for (let attempt = 0; attempt < 2; attempt++) {
    const now = ports.now()
    if (usableKeys(ring, ports, now)) return null
    if (isLeftAlone(ring, now)) break
    await load(ring, ports, ring.held?.fetchedAt ?? now - limits.maximumAgeSeconds * 1000)
  }
  const phase = phaseOf(ring, ports.now())
  return phase === "empty" || phase === "expired" ? outageOf(ring) : null
}

function refreshInBackground(ring: KeyRing, ports: Ports, now: number): void {
  if (!ring.held || !mayRefresh(ring, now)) return
  ring.refreshStartedAt = now
  const refresh = load(ring, ports, ring.held.fetchedAt)
  ports.defer?.(refresh, ring.limits.refreshDeadlineMilliseconds)
}

/** Fetches the key set because of a key that it lacks, at most once in the cool-down, or says that the fetch failed. */
async function fetchForUnknownKey(ring: KeyRing, kid: string | null, ports: Ports): Promise<Rejection | null> {
  const { failure, unknownKeyFetch: last } = ring
  const now = ports.now()
  if (isKnownUnknown(ring, kid, now)) return null
  const coolingDown = last !== null && now - last.startedAt < last.waitSeconds * 1000
  // The failed fetch need not have been one for an unknown key.
  if ((coolingDown || isLeftAlone(ring, now)) && !last?.underWay) {
    // Whether the key is new can't be told while the issuer is down: that is an outage, not the caller's mistake.
    return failure ? outageOf(ring) : null
  }
  const current = coolingDown ? last : beginUnknownKeyFetch(ring, now)
  const fetched = refetch(ring, ports, now, current !== last).finally(() => endUnknownKeyFetch(ring, current))
  // Seen to its end even if the caller hangs up: until then it counts as under way.
  ports.defer?.(fetched, 0)
  await fetched
  return ring.failure ? outageOf(ring) : null
}

/** A fetch that was begun before this token came, and joined, may lack the key: whoever is first to miss one asks again. */
async function refetch(ring: KeyRing, ports: Ports, now: number, isFirst: boolean): Promise<void> {
  await load(ring, ports, now)
  if (isFirst && !ring.failure && (ring.held?.fetchedAt ?? now) < now) await load(ring, ports, now)
}

async function load(ring: KeyRing, ports: Ports, newerThan: number): Promise<void> {
  const loaded = await ports.loadKeySet(ring.source, newerThan)
  takeLoad(ring, loaded, ports.now())
}

function outageOf({ failure, limits, source }: KeyRing): Rejection {
  const { reason, detail } = failure?.load ?? { reason: "keys_unreachable", detail: "no key set yet" }
  return fault(reason, limits.retryAfterSeconds, { issuer: source.issuer, detail })
}

/** Imports each key once and remembers it with the generation that it belongs to. A key that can't be imported is left out. */
async function importKeys(
  { source, limits }: KeyRing,
  generation: KeyGeneration,
  candidates: readonly PublicKey[],
  kid: string | null,
  algorithm: AlgorithmName,
  signatures: Signatures,
): Promise<Found> {
  const { imported, ready } = generation
  const keys: VerificationKey[] = []
  for (const key of candidates.slice(0, maximumCandidates)) {
    const handles = imported.get(key) ?? new Map<AlgorithmName, object | null>()
    if (!handles.has(algorithm)) handles.set(algorithm, await importKey(key, algorithm, signatures))
    imported.set(key, handles)
    const handle = handles.get(algorithm)
    if (handle) keys.push({ handle, algorithm })
  }
  if (keys.length === 0)
    return fault("keys_invalid", limits.retryAfterSeconds, { issuer: source.issuer, detail: "a key can't be imported" })
  const found = { keys, generation }
  const byKeyId = ready.get(algorithm) ?? new Map<string | null, FoundKeys>()
  ready.set(algorithm, byKeyId.set(kid, found))
  return found
}

/** Null for a key that the platform won't have: a point that is not on its curve, say. */
async function importKey({ jwk }: PublicKey, algorithm: AlgorithmName, signatures: Signatures): Promise<object | null> {
  try {
    return await signatures.importKey(jwk, algorithm)
  } catch {
    return null
  }
}
