import { type AlgorithmName, algorithms } from "./algorithms.ts"
import type { PublicKey } from "./public-key.ts"

/** A key that the platform has taken in, for one algorithm: what its signature check is given. */
export interface VerificationKey {
  readonly handle: object
  readonly algorithm: AlgorithmName
}

/** What a token's signature may be checked with, and the generation that says so. */
export interface FoundKeys {
  readonly keys: readonly VerificationKey[]
  readonly generation: KeyGeneration
}

/**
 * The keys that an issuer publishes at one time. As long as a refresh brings the same keys it stays the same object, so that
 * what was concluded from these keys can be told from what must be concluded anew.
 */
export interface KeyGeneration {
  readonly keys: readonly PublicKey[]
  /** Each key's handle by algorithm; null for one that can't be imported. */
  readonly imported: Map<PublicKey, Map<AlgorithmName, object | null>>
  /** What a token with this algorithm and this key id is checked with. Holds key ids of this generation only, so it is bounded. */
  readonly ready: Map<AlgorithmName, Map<string | null, FoundKeys>>
}

/**
 * The generation after `previous`: the same object if the keys are the same, in whatever order; else a new one, which takes over
 * what was imported before.
 */
export function nextGeneration(previous: KeyGeneration | null, keys: readonly PublicKey[]): KeyGeneration {
  // Keys are plain data, made in one place: equal ones have equal texts.
  const texts = keys.map((key) => JSON.stringify(key))
  const known = new Map(previous?.keys.map((key) => [JSON.stringify(key), key]))
  if (previous && texts.length === previous.keys.length && isSameSet(texts, known)) return previous
  const imported: KeyGeneration["imported"] = new Map()
  for (const [index, key] of keys.entries()) {
    const before = known.get(texts[index] ?? "")
    imported.set(key, (before && previous?.imported.get(before)) ?? new Map())
  }
  return { keys, imported, ready: new Map() }
}

function isSameSet(texts: readonly string[], known: ReadonlyMap<string, unknown>): boolean {
  return new Set(texts).size === known.size && texts.every((text) => known.has(text))
}

/** The keys that fit: key id where one is given, type and curve, and the key's own `alg` where it has one. */
export function candidateKeys(
  { keys }: KeyGeneration,
  kid: string | null,
  algorithm: AlgorithmName,
): readonly PublicKey[] {
  const { kty, crv } = algorithms[algorithm]
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
