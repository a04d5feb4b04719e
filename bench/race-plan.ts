import type { AlgorithmName } from "./peer.ts"
import type { RacePlan } from "./race.ts"
import type { RunOptions } from "./section.ts"

/** The same plan in each runtime. Fewer rounds make the quartiles rougher, and shorter batches each of the ratios. */
export function planFor({ quick }: RunOptions): RacePlan {
  return quick
    ? { rounds: 15, batchMilliseconds: 6, warmUpMilliseconds: 60 }
    : { rounds: 40, batchMilliseconds: 8, warmUpMilliseconds: 120 }
}

/** A quick run is about the two algorithms that nearly all issuers sign with. */
export function algorithmsFor({ quick }: RunOptions): readonly AlgorithmName[] {
  return quick ? ["RS256", "ES256"] : ["RS256", "PS256", "ES256", "EdDSA"]
}
