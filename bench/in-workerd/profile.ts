import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { workerdProgram } from "../machine.ts"
import { oursName } from "../peers/ours.ts"
import { profiledPlan, profiledWorkload } from "../profiled-workload.ts"
import { questionsFrom } from "../questions.ts"
import type { ProfiledWork, Table } from "../section.ts"
import { type CpuProfile, type FileOf, selfTimeTable } from "../self-time.ts"
import { makeIssuer, settingsFor } from "../tokens.ts"
import { connectInspector } from "./inspector.ts"
import { raceIn } from "./race-request.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const samplingMicroseconds = 200

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ ( name = "main", worker = (
    modules = [ ( name = "worker", esModule = embed "worker.mjs" ) ],
    compatibilityDate = "2026-10-01",
  ) ) ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", http = (), service = "main" ) ],
);
`

/** Profiles this project's decisions inside workerd, through its inspector. */
export async function profileInWorkerd({ algorithm, workload }: Omit<ProfiledWork, "runtime">): Promise<Table> {
  const issuer = makeIssuer(algorithm)
  const request = {
    settings: settingsFor(issuer, "workerd"),
    questions: questionsFrom(issuer),
    workload: profiledWorkload(issuer, workload),
    plan: profiledPlan,
    only: oursName,
  }
  const folder = await mkdtemp(join(tmpdir(), "workerd-"))
  const bundle = join(folder, "worker.mjs")
  await bundleWorker(bundle)
  await writeFile(join(folder, "config.capnp"), config)
  const workerd = spawn(
    workerdProgram(),
    ["serve", "config.capnp", "--experimental", "--control-fd=3", "--inspector-addr=127.0.0.1:0"],
    { cwd: folder, stdio: ["ignore", "ignore", "ignore", "pipe"] },
  )
  try {
    const ports = await listenPorts(workerd)
    const inspector = await connectInspector(`ws://127.0.0.1:${ports.inspector}/main`)
    await inspector.post("Profiler.enable")
    await inspector.post("Profiler.setSamplingInterval", { interval: samplingMicroseconds })
    await inspector.post("Profiler.start")
    await raceIn(`127.0.0.1:${ports.http}`, request)
    const { profile } = (await inspector.post("Profiler.stop")) as { profile: CpuProfile }
    inspector.close()
    return selfTimeTable(`workerd, ${algorithm}, ${workload}`, profile, await filesOf(bundle))
  } finally {
    workerd.kill("SIGKILL")
    await once(workerd, "close")
    await rm(folder, { recursive: true, force: true })
  }
}

async function bundleWorker(outfile: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ["bench/in-workerd/race.worker.ts"],
    outfile,
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    logLevel: "warning",
  })
}

/** In a bundle, esbuild names each source file in a comment above what it took from there. */
async function filesOf(bundle: string): Promise<FileOf> {
  let file = ""
  const files = (await readFile(bundle, "utf8")).split("\n").map((line) => {
    file = /^\/\/ (\S+\.[a-z]+)$/.exec(line)?.[1] ?? file
    return file
  })
  return ({ lineNumber, url }) => (url === "" ? "" : (files[lineNumber] ?? url))
}

/** The two ports that workerd was given, from the JSON lines on its control descriptor. */
async function listenPorts(workerd: ChildProcess): Promise<{ http: number; inspector: number }> {
  let text = ""
  for await (const chunk of workerd.stdio[3] as NodeJS.ReadableStream) {
    text += chunk
    const messages = text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line))
    const http = messages.find(({ event }) => event === "listen")?.port
    const inspector = messages.find(({ event }) => event === "listen-inspector")?.port
    if (http !== undefined && inspector !== undefined) return { http, inspector }
  }
  throw new Error("workerd ended before it listened")
}
