import type { Table } from "./section.ts"

/** The part of a CPU profile (Chrome DevTools protocol) that is read here: the call tree, and which of its nodes each sample met. */
export interface CpuProfile {
  readonly nodes: readonly CallNode[]
  readonly samples?: readonly number[] | undefined
  readonly timeDeltas?: readonly number[] | undefined
}

interface CallNode {
  readonly id: number
  readonly callFrame: CallFrame
  readonly children?: readonly number[] | undefined
}

/** A function, by where it begins: line and column count from 0. */
export interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
  readonly columnNumber: number
}

/** Where a function is in the sources, such as "core/token.ts"; empty for what is built into the engine. */
export type FileOf = (frame: CallFrame) => string

/** Functions that take less than this are summed up in one row. */
const smallestShare = 0.01
/** The benchmark's own functions are no part of a decision, but for those in which it is made. */
const isBenchmark = (file: string) => file.startsWith("bench/") && !file.startsWith("bench/peers/ours")

/** What a profile belongs to. */
export interface ProfiledLoad {
  /** How many requests were decided on meanwhile. */
  readonly requests: number
  /** What no sample shows, if it is known: its name, and the time for one request. */
  readonly beyond?: { readonly name: string; readonly microseconds: number }
}

/**
 * The time spent in each function itself, as a share of all the time in decisions, and for one request where the load is known. The
 * benchmark's own functions are left out.
 */
export function selfTimeTable(
  title: string,
  { nodes, samples = [], timeDeltas = [] }: CpuProfile,
  fileOf: FileOf,
  load?: ProfiledLoad,
): Table {
  const rowOf = new Map<number, string>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const visit = (node: CallNode, caller: string) => {
    const file = fileOf(node.callFrame)
    // What is built in belongs to whoever called it.
    const nearest = file === "" || file.startsWith("node:") ? caller : file
    if (!isBenchmark(nearest) && node.callFrame.functionName !== "(idle)")
      rowOf.set(node.id, nameOf(node.callFrame, file))
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child) visit(child, nearest)
    }
  }
  if (nodes[0]) visit(nodes[0], "")

  const self = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const name = rowOf.get(id)
    if (name !== undefined) self.set(name, (self.get(name) ?? 0) + (timeDeltas[index] ?? 0))
  }
  const sampled = [...self.values()].reduce((sum, time) => sum + time, 0)
  const beyond = (load?.beyond?.microseconds ?? 0) * (load?.requests ?? 0)
  if (load?.beyond) self.set(load.beyond.name, beyond)
  const total = sampled + beyond
  const ordered = [...self].sort(([, a], [, b]) => b - a)
  const large = ordered.filter(([, time]) => time >= smallestShare * sampled)
  const rest = ordered.slice(large.length).reduce((sum, [, time]) => sum + time, 0)
  const row = (name: string, time: number) => {
    const share = `${((time / total) * 100).toFixed(1)} %`
    return load ? [name, share, (time / load.requests).toFixed(1)] : [name, share]
  }
  return {
    title,
    columns: ["function", "self time", ...(load ? ["µs per request"] : [])],
    rows: [...large.map(([name, time]) => row(name, time)), row("all others", rest)],
  }
}

function nameOf({ functionName }: CallFrame, file: string): string {
  const name = functionName === "" ? "(anonymous)" : functionName
  return file === "" ? name : `${name} (${file})`
}
