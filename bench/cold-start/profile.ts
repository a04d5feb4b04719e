import { readFile } from "node:fs/promises"
import { SourceMap } from "node:module"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { Table } from "../section.ts"
import type { CallFrame, CpuProfile } from "../self-time.ts"
import { type Bundle, emptyName, oursName, oursPinnedName } from "./bundles.ts"
import { type StartPlan, startOnce } from "./cold-process.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const samplingMicroseconds = 100
/** Functions of this project that take less than this, in every process, are summed up. */
const smallestMilliseconds = 0.1

const otherNode = "the rest of Node's JavaScript"
const topLevel = "the bundle's top level"

/** Node's modules of the network. What prints the decision is among them: a pipe is a socket. */
const network = /^node:(https|net|tls|dns|_http_\w+|_tls_\w+|internal\/(tls|net|dns|http|js_stream_socket).*)$/

/** Milliseconds of one process, on the average, by what they went to. */
type Buckets = ReadonlyMap<string, number>

/** Where a cold process's time goes, as V8's profiler sees it, in an empty process and in this project's: summed up over `rounds` starts. */
export async function profileTable(
  bundles: readonly Bundle[],
  environment: Readonly<Record<string, string>>,
  plan: StartPlan,
): Promise<Table> {
  const profiled = bundles.filter(({ name }) => [emptyName, oursPinnedName, oursName].includes(name)).reverse()
  const columns: Buckets[] = []
  for (const bundle of profiled) columns.push(await profileStarts(bundle, environment, plan))
  const most = (name: string) => Math.max(...columns.map((buckets) => buckets.get(name) ?? 0))
  const names = [...new Set(columns.flatMap((buckets) => [...buckets.keys()]))].sort((a, b) => most(b) - most(a))
  const own = names.filter(isOwn)
  const large = own.filter((name) => most(name) >= smallestMilliseconds)
  const row = (label: string, members: readonly string[]) => [
    label,
    ...columns.map((buckets) => members.reduce((sum, name) => sum + (buckets.get(name) ?? 0), 0).toFixed(2)),
  ]
  return {
    title: "Cold process: profile",
    note: `Milliseconds of one process, the mean of ${plan.rounds}, each with a sample about every ${samplingMicroseconds} µs, which slows it down. A function of this project has with it what it calls, but for what has a row of its own. “(program)” is native code outside of all JavaScript, “(idle)” is waiting. Even an empty process has a socket at work: the pipe that it prints to. What Node does before its profiler begins and after it ends is not here, and is much the same for all.`,
    columns: ["", ...profiled.map(({ name }) => name)],
    rows: [
      ...names.filter((name) => !isOwn(name)).map((name) => row(name, [name])),
      row("this project's own functions", own),
      ...large.map((name) => row(`– of it ${name}`, [name])),
      row("– of it all others", own.slice(large.length)),
      row("all", names),
    ],
  }
}

const isOwn = (bucket: string) => bucket === topLevel || bucket.endsWith(".ts)")

async function profileStarts(
  bundle: Bundle,
  environment: Readonly<Record<string, string>>,
  plan: StartPlan,
): Promise<Buckets> {
  const mapped = await mappedBundle(bundle.path)
  const buckets = new Map<string, number>()
  const file = "start.cpuprofile"
  const flags = ["--cpu-prof", `--cpu-prof-interval=${samplingMicroseconds}`]
  for (let round = 0; round < plan.rounds; round++) {
    await startOnce({ name: bundle.name, bundle, environment }, plan, [
      ...flags,
      `--cpu-prof-dir=${plan.folder}`,
      `--cpu-prof-name=${file}`,
    ])
    const profile: CpuProfile = JSON.parse(await readFile(join(plan.folder, file), "utf8"))
    addTo(buckets, profile, 1 / 1000 / plan.rounds, (stack) => bucketOf(stack, mapped))
  }
  return buckets
}

/** Adds the time of each sample, times a factor, to the bucket of its stack. */
function addTo(
  buckets: Map<string, number>,
  { nodes, samples = [], timeDeltas = [] }: CpuProfile,
  factor: number,
  bucketOf: (stack: readonly CallFrame[]) => string,
): void {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const bucketById = new Map<number, string>()
  const visit = (id: number, callers: readonly CallFrame[]) => {
    const node = byId.get(id)
    if (!node) return
    const stack = [...callers, node.callFrame]
    bucketById.set(id, bucketOf(stack))
    for (const child of node.children ?? []) visit(child, stack)
  }
  if (nodes[0]) visit(nodes[0].id, [])
  for (const [index, id] of samples.entries()) {
    const bucket = bucketById.get(id) ?? otherNode
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + (timeDeltas[index] ?? 0) * factor)
  }
}

/** What the innermost function of a stack counts as; the outermost comes first. */
function bucketOf(stack: readonly CallFrame[], bundle: MappedBundle): string {
  const isBundle = ({ url }: CallFrame) => url.endsWith(bundle.path)
  const innermost = stack.at(-1)
  if (!innermost) return otherNode
  if (isBundle(innermost)) return ownFunction(innermost, bundle)
  if (/^\((?!anonymous)/.test(innermost.functionName)) return innermost.functionName
  for (const [depth, { functionName, url }] of stack.entries()) {
    if (network.test(url)) return "HTTP, TLS and sockets at work"
    if (functionName === "compileForInternalLoader") return `loading ${moduleOf(stack[depth + 1])}`
    if (functionName === "compileSourceTextModule") return "compiling the bundle and its runner"
  }
  const caller = stack.findLast(isBundle)
  return caller ? ownFunction(caller, bundle) : otherNode
}

/** The built-in module whose body a frame is; that of a module that only Node itself asks for has no public name. */
function moduleOf(frame: CallFrame | undefined): string {
  const name = frame?.url ?? ""
  return /^node:\w+$/.test(name) ? `${name} and what it needs` : "other built-in modules"
}

/** A bundle, and what tells where its parts come from. */
interface MappedBundle {
  readonly path: string
  readonly lines: readonly string[]
  readonly sources: SourceMap
}

async function mappedBundle(path: string): Promise<MappedBundle> {
  const sources = new SourceMap(JSON.parse(await readFile(`${path}.map`, "utf8")))
  return { path, lines: (await readFile(path, "utf8")).split("\n"), sources }
}

function ownFunction(frame: CallFrame, { lines, path, sources }: MappedBundle): string {
  const { columnNumber, functionName, lineNumber } = frame
  const entry = sources.findEntry(lineNumber, columnNumber)
  const isTop = functionName === "" && lineNumber === 0 && columnNumber === 0
  if (isTop || !("originalSource" in entry)) return topLevel
  const file = relative(root, resolve(dirname(path), entry.originalSource))
  // A function begins at its parameters. What it is called stands before them, as a declaration or as what it is assigned to.
  const before = (lines[lineNumber] ?? "").slice(0, columnNumber)
  const found = /([\w$]+)(?:=(?:async ?)?)?$/.exec(before)
  const place = found?.[1] === functionName ? sources.findEntry(lineNumber, found.index) : {}
  // Node knows the name from before the bundle was minified; its types don't.
  const { name = functionName } = place as { readonly name?: string }
  return `${name || "(anonymous)"} (${file})`
}
