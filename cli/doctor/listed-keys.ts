import { minimumRsaBits } from "../../core/algorithms.ts"
import { type AlgorithmName, algorithms } from "../../core/index.ts"
import { isJsonObject } from "../../core/json.ts"
import { candidateKeys, nextGeneration } from "../../core/key-generation.ts"
import { readPublicKey } from "../../core/public-key.ts"

/** One key of an issuer, in words. */
export interface ListedKey {
  readonly name: string
  /** "RSA, 2048 bits", "EC P-256". */
  readonly kind: string
  /** The algorithm that the issuer names; null where it leaves it open. */
  readonly alg: string | null
  /** Those that the authorizer could verify with it; none for a key that it passes over. */
  readonly algorithms: readonly AlgorithmName[]
  /** Why it is passed over; null where it isn't. */
  readonly problem: string | null
  /** Whether that is for want of strength: tokens that it signs are refused. */
  readonly isWeak: boolean
}

/** The entries of a key set (RFC 7517 §5), usable or not. */
export function listKeys(entries: unknown): readonly ListedKey[] {
  return Array.isArray(entries) ? entries.map(listKey) : []
}

function listKey(entry: unknown, index: number): ListedKey {
  const { kid, kty, crv, alg, n } = isJsonObject(entry) ? entry : {}
  const key = readPublicKey(entry)
  const problem = typeof key === "string" ? key : null
  const bits = typeof n === "string" ? bitLength(n) : null
  return {
    name: typeof kid === "string" ? kid : `number ${index + 1}, without a kid`,
    kind: [kty, bits === null ? crv : `${bits} bits`].filter((part) => typeof part === "string").join(" "),
    alg: typeof alg === "string" ? alg : null,
    algorithms: typeof key === "string" ? [] : fitting(key),
    problem,
    isWeak: problem !== null && bits !== null && bits < minimumRsaBits,
  }
}

function fitting(key: Exclude<ReturnType<typeof readPublicKey>, string>): readonly AlgorithmName[] {
  const generation = nextGeneration(null, [key])
  const names = Object.keys(algorithms) as AlgorithmName[]
  return names.filter((name) => candidateKeys(generation, null, name).length > 0)
}

function bitLength(base64url: string): number {
  const hex = Buffer.from(base64url, "base64url").toString("hex")
  return hex === "" ? 0 : BigInt(`0x${hex}`).toString(2).length
}
