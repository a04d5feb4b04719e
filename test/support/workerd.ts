import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = fileURLToPath(new URL("../..", import.meta.url))
const workerdPackage = createRequire(createRequire(import.meta.url).resolve("wrangler/package.json"))
const workerd = workerdPackage.resolve("workerd/bin/workerd")

/** One Worker to run: bundled as wrangler does, with text bindings and other services by name. */
export interface WorkerOptions {
  readonly entryPoint: string
  readonly text?: Readonly<Record<string, string>>
  /** Binding name → "host:port" of an HTTP server outside. */
  readonly external?: Readonly<Record<string, string>>
  /** Binding name → another Worker beside it, and which of its entrypoints is meant, if not the default one. */
  readonly workers?: Readonly<Record<string, WorkerOptions & { readonly entrypoint?: string }>>
}

export interface RunningWorker {
  /** "127.0.0.1:port": a socket straight into workerd, with no proxy that would tidy up what is sent. */
  readonly host: string
  readonly processId: number
  /** The file that the Worker was bundled into. It is gone after `close`. */
  readonly bundle: string
  /** The Worker's place in the inspector, for profiles; null where none was asked for. */
  readonly inspectorUrl: string | null
  /** All that was written to stdout and stderr so far; the whole of it once `close` has resolved. */
  logs(): string
  close(): Promise<void>
}

/**
 * Runs a Worker in workerd itself. Its global `fetch` reaches this machine's loopback, and there is nothing else to reach.
 * Rejects, with the logs, when workerd ends before it listens. `inspected` opens an inspector, which slows workerd down.
 */
export async function startWorkerd(options: WorkerOptions, { inspected = false } = {}): Promise<RunningWorker> {
  const folder = await mkdtemp(join(tmpdir(), "workerd-"))
  const services = servicesOf("main", options)
  await Promise.all(
    services.map(({ name, worker }) => worker && bundle(worker.entryPoint, join(folder, `${name}.mjs`))),
  )
  await writeFile(join(folder, "config.capnp"), config(services))

  const inspector = inspected ? ["--inspector-addr=127.0.0.1:0"] : []
  const child = spawn(workerd, ["serve", "config.capnp", "--experimental", "--control-fd=3", ...inspector], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  })
  let log = ""
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => (log += chunk))
  const exited = once(child, "close")

  async function close() {
    // A polite signal would wait for every connection to end, and a WebSocket ends when its client likes.
    child.kill("SIGKILL")
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  const ports = await listenPorts(child, inspected)
  if (ports === null) {
    await close()
    throw new Error(`workerd ended before it listened:\n${log}`)
  }
  return {
    host: `127.0.0.1:${ports.http}`,
    processId: child.pid ?? 0,
    bundle: join(folder, "main.mjs"),
    inspectorUrl: ports.inspector === undefined ? null : `ws://127.0.0.1:${ports.inspector}/main`,
    logs: () => log,
    close,
  }
}

async function bundle(entryPoint: string, outfile: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    logLevel: "warning",
  })
}

interface Ports {
  readonly http: number
  readonly inspector?: number
}

/** workerd reports on its control descriptor, in JSON lines, which ports it was given; null if it ends without. */
async function listenPorts(child: ChildProcess, inspected: boolean): Promise<Ports | null> {
  let text = ""
  for await (const chunk of child.stdio[3] as NodeJS.ReadableStream) {
    text += chunk
    const lines = text.split("\n").slice(0, -1)
    const messages = lines.map((line) => JSON.parse(line))
    const http = messages.find(({ event }) => event === "listen")?.port
    const inspector = messages.find(({ event }) => event === "listen-inspector")?.port
    if (http !== undefined && (inspector !== undefined || !inspected)) return { http, inspector }
  }
  return null
}

/** One service of workerd's configuration: a Worker, or the address of a server outside. */
interface Service {
  readonly name: string
  readonly worker?: WorkerOptions
  readonly address?: string
}

/** A Worker and all that it is bound to, each under a name of its own: the way of bindings that leads there. */
function servicesOf(name: string, worker: WorkerOptions): Service[] {
  const { external = {}, workers = {} } = worker
  return [
    { name, worker },
    ...Object.entries(external).map(([binding, address]) => ({ name: `${name}-${binding}`, address })),
    ...Object.entries(workers).flatMap(([binding, bound]) => servicesOf(`${name}-${binding}`, bound)),
  ]
}

const quote = (value: string) => JSON.stringify(value)

function config(services: readonly Service[]): string {
  const lines = services.map(({ name, worker, address = "" }) =>
    worker
      ? `( name = ${quote(name)}, worker = ${workerConfig(name, worker)} ),`
      : `( name = ${quote(name)}, external = ( address = ${quote(address)}, http = () ) ),`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "internet", network = ( allow = ["local", "private", "public"] ) ),
    ${lines.join("\n    ")}
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", http = (), service = "main" ) ],
);
`
}

function workerConfig(name: string, { text = {}, external = {}, workers = {} }: WorkerOptions): string {
  const bindings = [
    ...Object.entries(text).map(([binding, value]) => `( name = ${quote(binding)}, text = ${quote(value)} )`),
    ...Object.keys(external).map((binding) => `( name = ${quote(binding)}, service = ${quote(`${name}-${binding}`)} )`),
    ...Object.entries(workers).map(([binding, { entrypoint }]) => {
      const entry = entrypoint === undefined ? "" : `, entrypoint = ${quote(entrypoint)}`
      return `( name = ${quote(binding)}, service = ( name = ${quote(`${name}-${binding}`)}${entry} ) )`
    }),
  ]
  return `(
      modules = [ ( name = "worker", esModule = embed ${quote(`${name}.mjs`)} ) ],
      compatibilityDate = "2026-10-01",
      bindings = [ ${bindings.join(", ")} ],
    )`
}
