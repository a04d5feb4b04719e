import type { AlgorithmName, Runtime } from "./peer.ts"
import type { WorkloadName } from "./workload.ts"

/** What a run was asked for. */
export interface RunOptions {
  /** Fewer rounds, smaller sets. The figures are rougher, the code measured is the same. */
  readonly quick: boolean
}

/** The median of a figure over the rounds of a run, and how far the rounds lay apart. */
export interface Spread {
  readonly median: number
  /** The first quartile: a quarter of the rounds lay at or below it. */
  readonly low: number
  /** The third quartile: a quarter of the rounds lay at or above it. */
  readonly high: number
}

/** A table of finished text: the section that measured it has chosen units and digits. */
export interface Table {
  readonly title: string
  /** A paragraph between the title and the rows: how to read them. */
  readonly note?: string
  /** The first column names the row; columns of figures are aligned to the right. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A figure that was promised, and what this run measured for it. */
export interface Target {
  readonly name: string
  /** The promised figure, in the unit that {@link Target.unit} names. */
  readonly limit: number
  /** Which side of the limit is the good one. */
  readonly is: "atMost" | "atLeast"
  /** What the median and the limit are counted in. Left out for a ratio. */
  readonly unit?: string
  readonly median: number
  /** The quartiles over the rounds, or the smallest and the largest where there were few rounds. */
  readonly spread: readonly [low: number, high: number]
  /** What is profiled to say where the time goes, if the target is missed. Left out where no such profile would tell. */
  readonly explainedBy?: ProfiledWork
}

/** Decisions of this project that a profile can be taken of. */
export interface ProfiledWork {
  readonly runtime: Runtime
  readonly algorithm: AlgorithmName
  readonly workload: WorkloadName
}

/** What one part of the benchmark has to say. */
export interface Section {
  readonly title: string
  /** Paragraphs before the tables: what was measured, how, and what a reader should not conclude. */
  readonly notes: readonly string[]
  readonly tables: readonly Table[]
  readonly targets: readonly Target[]
  /** Where the time goes, in what missed its target here: measured only then. */
  readonly explanations?: readonly Table[]
}

/** One part of the benchmark. Throws where it could not measure: that part is then reported as failed. */
export type RunSection = (options: RunOptions) => Promise<Section>

/** True where the measured median is on the good side of the limit. */
export function isMet(target: Target): boolean {
  return target.is === "atMost" ? target.median <= target.limit : target.median >= target.limit
}
