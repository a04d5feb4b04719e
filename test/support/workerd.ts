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
}

export interface RunningWorker {
  /** "127.0.0.1:port": a socket straight into workerd, with no proxy that would tidy up what is sent. */
  readonly host: string
  logs(): string
  close(): Promise<void>
}

/** Runs a Worker in workerd itself. Its global `fetch` reaches this machine's loopback, and there is nothing else to reach. */
export async function startWorkerd({ entryPoint, text = {}, external = {} }: WorkerOptions): Promise<RunningWorker> {
  const folder = await mkdtemp(join(tmpdir(), "workerd-"))
  await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    outfile: join(folder, "worker.mjs"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    logLevel: "warning",
  })
  await writeFile(join(folder, "config.capnp"), config(text, external))

  const child = spawn(workerd, ["serve", "config.capnp", "--experimental", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  })
  let log = ""
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => (log += chunk))
  const exited = once(child, "close")

  async function close() {
    child.kill()
    await exited
    await rm(folder, { recursive: true })
  }
  const port = await Promise.race([listenPort(child), exited.then(() => null)])
  if (port === null) {
    await close()
    throw new Error(`workerd ended:\n${log}`)
  }
  return { host: `127.0.0.1:${port}`, logs: () => log, close }
}

/** workerd reports on its control descriptor, in JSON lines, which port it was given. */
async function listenPort(child: ChildProcess): Promise<number> {
  let text = ""
  for await (const chunk of child.stdio[3] as NodeJS.ReadableStream) {
    text += chunk
    for (const line of text.split("\n").slice(0, -1)) {
      const message = JSON.parse(line)
      if (message.event === "listen") return message.port
    }
  }
  throw new Error("workerd closed its control descriptor before it listened")
}

function config(text: Readonly<Record<string, string>>, external: Readonly<Record<string, string>>): string {
  const quote = (value: string) => JSON.stringify(value)
  const bindings = [
    ...Object.entries(text).map(([name, value]) => `( name = ${quote(name)}, text = ${quote(value)} )`),
    ...Object.keys(external).map((name) => `( name = ${quote(name)}, service = ${quote(name)} )`),
  ]
  const services = Object.entries(external).map(
    ([name, address]) => `( name = ${quote(name)}, external = ( address = ${quote(address)}, http = () ) ),`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "main", worker = .worker ),
    ( name = "internet", network = ( allow = ["local", "private", "public"] ) ),
    ${services.join("\n    ")}
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", http = (), service = "main" ) ],
);
const worker :Workerd.Worker = (
  modules = [ ( name = "worker", esModule = embed "worker.mjs" ) ],
  compatibilityDate = "2026-10-01",
  bindings = [ ${bindings.join(", ")} ],
);
`
}
