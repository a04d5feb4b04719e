import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { workerdProgram } from "../machine.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** A Worker to run, and the Workers that it calls. Entry points are absolute, or relative to the checkout. */
export interface WatchedOptions {
  readonly entryPoint: string
  /** Binding name → text. */
  readonly text?: Readonly<Record<string, string>>
  /** Binding name → the entry point of another Worker beside it, which is bound to nothing. */
  readonly workers?: Readonly<Record<string, string>>
  /** Opens an inspector, which profiles can be taken through. It may slow workerd down, so nothing is timed with it open. */
  readonly inspected?: boolean
}

/** A workerd that can be looked at from outside: by its process id, and by its inspector if it was asked for. */
export interface WatchedWorkerd {
  readonly port: number
  readonly processId: number
  /** The Worker's place in the inspector; null where there is none. */
  readonly inspectorUrl: string | null
  /** The file that the Worker was bundled into. It is gone after `close`. */
  readonly bundle: string
  close(): Promise<void>
}

/** Starts workerd. Its global `fetch` reaches this machine's loopback. Rejects when it ends before it listens. */
export async function startWatched(options: WatchedOptions): Promise<WatchedWorkerd> {
  const { entryPoint, workers = {}, inspected = false } = options
  const folder = await mkdtemp(join(tmpdir(), "workerd-"))
  const bundle = join(folder, "main.mjs")
  await bundleWorker(entryPoint, bundle)
  for (const [binding, file] of Object.entries(workers)) await bundleWorker(file, join(folder, `${binding}.mjs`))
  await writeFile(join(folder, "config.capnp"), configOf(options))

  const inspector = inspected ? ["--inspector-addr=127.0.0.1:0"] : []
  const child = spawn(workerdProgram(), ["serve", "config.capnp", "--experimental", "--control-fd=3", ...inspector], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  })
  const ended = once(child, "close")
  async function close() {
    child.kill("SIGKILL")
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const ports = await listenPorts(child, inspected)
    const inspectorUrl = ports.inspector === undefined ? null : `ws://127.0.0.1:${ports.inspector}/main`
    return { port: ports.http, processId: child.pid ?? 0, inspectorUrl, bundle, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Unminified: esbuild then names each source file above what it took from there. */
async function bundleWorker(entryPoint: string, outfile: string): Promise<void> {
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

/** The ports that workerd was given, from the JSON lines on its control descriptor. */
async function listenPorts(child: ChildProcess, inspected: boolean): Promise<{ http: number; inspector?: number }> {
  let text = ""
  for await (const chunk of child.stdio[3] as NodeJS.ReadableStream) {
    text += chunk
    const messages = text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line))
    const http = messages.find(({ event }) => event === "listen")?.port
    const inspector = messages.find(({ event }) => event === "listen-inspector")?.port
    if (http !== undefined && (inspector !== undefined || !inspected)) return { http, inspector }
  }
  throw new Error("workerd ended before it listened")
}

const quote = (value: string) => JSON.stringify(value)

function configOf({ text = {}, workers = {} }: WatchedOptions): string {
  const bindings = [
    ...Object.entries(text).map(([name, value]) => `( name = ${quote(name)}, text = ${quote(value)} )`),
    ...Object.keys(workers).map((name) => `( name = ${quote(name)}, service = ${quote(name)} )`),
  ]
  const service = (name: string, bindings: readonly string[]) => `( name = ${quote(name)}, worker = (
      modules = [ ( name = "worker", esModule = embed ${quote(`${name}.mjs`)} ) ],
      compatibilityDate = "2026-10-01",
      bindings = [ ${bindings.join(", ")} ],
    ) )`
  const services = [service("main", bindings), ...Object.keys(workers).map((name) => service(name, []))]
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "internet", network = ( allow = ["local", "private", "public"] ) ),
    ${services.join(",\n    ")}
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", http = (), service = "main" ) ],
);
`
}
