import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import type { ConfigInput } from "../core/index.ts"
import { runChild } from "./child.ts"
import { commandFile } from "./command-file.ts"
import type { Edge } from "./edge.ts"
import type { LocalIssuer } from "./issuer/issuer.ts"
import { issuerEnvironment } from "./issuer-environment.ts"
import { loopback } from "./ports.ts"
import { type Running, StartError } from "./run.ts"
import { homeIn, makeRunFolder, root } from "./run-folder.ts"
import { toolOutput } from "./tool-output.ts"

export interface WranglerOptions {
  readonly port: number
  readonly originPort: number
  readonly issuer: LocalIssuer
  readonly policy: ConfigInput
}

/** The Worker in workerd. */
export interface WorkerEdge extends Edge {
  /** Resolves as soon as the Worker answers. */
  readonly ready: Promise<void>
  /** Rejects when wrangler ends of itself. */
  readonly ended: Promise<never>
}

/** Longer than wrangler takes to build the Worker and to start it. */
const reminderMilliseconds = 4_000

// Without these, wrangler looks for updates, reports its use and fetches a sample of request.cf over the network.
const offline = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
}

/**
 * Runs the Worker of wrangler.toml in workerd, before the origin and with the local issuer as its tenant. What the Worker
 * logs and what goes wrong is printed; wrangler's own remarks are not.
 */
export function startWrangler(running: Running, { port, originPort, issuer, policy }: WranglerOptions): WorkerEdge {
  const folder = makeRunFolder(running, ".wrangler")
  const variables = Object.entries(issuerEnvironment(issuer)).flatMap(([name, value]) => ["--var", `${name}:${value}`])
  const policyFile = `${folder}/policy.json`
  let written = writePolicy(policyFile, policy)
  writeConfig(folder, policyFile)
  forgoUpdateCheck(folder)
  const ready = Promise.withResolvers<void>()
  let onReload = () => {}
  let reminder: NodeJS.Timeout | undefined
  running.resources.defer(() => clearInterval(reminder))
  const output = toolOutput(isRemark)
  const ended = runChild(running, {
    script: commandFile("wrangler", "wrangler"),
    args: [
      "dev",
      `${root}workers/index.ts`,
      ...["--config", `${folder}/wrangler.toml`],
      ...["--ip", loopback, "--port", String(port), "--inspector-port", "0"],
      ...["--local-upstream", `${loopback}:${originPort}`, "--upstream-protocol", "http"],
      // Each run starts with empty caches: the keys of an earlier issuer are of no use to this one.
      ...["--persist-to", `${folder}/state`],
      "--show-interactive-dev-session=false",
      ...variables,
    ],
    env: {
      ...offline,
      ...homeIn(folder),
      WRANGLER_LOG_PATH: `${folder}/logs`,
      WRANGLER_REGISTRY_PATH: `${folder}/registry`,
    },
    onLine(line, stream) {
      output.onLine(line, stream)
      if (line.includes("Local server updated and ready")) onReload()
    },
    onMessage() {
      // The one message that wrangler sends is that it listens (DEV_SERVER_READY). It holds requests back until the Worker
      // runs, and there is no answer if the Worker fails to.
      fetch(`http://${loopback}:${port}/health`).then(
        () => {
          output.up()
          ready.resolve()
        },
        () => {},
      )
    },
  }).then((end): never => {
    output.ended()
    throw new StartError(`wrangler dev ended with ${end}.`)
  })

  return {
    ready: ready.promise,
    ended,
    async enforce(next) {
      await ready.promise
      if (JSON.stringify(next) === written) return
      const reloaded = new Promise<void>((resolve) => {
        onReload = resolve
      })
      written = writePolicy(policyFile, next)
      // A change that comes in the midst of a build of wrangler's may go by it.
      reminder = setInterval(() => writePolicy(policyFile, next), reminderMilliseconds)
      await reloaded
      clearInterval(reminder)
    },
  }
}

/** A note of each request, or of the folder of its logs, which is gone by the time that somebody looks there. */
function isRemark(line: string): boolean {
  return line.startsWith("[wrangler:info]") || line.startsWith("🪵")
}

/** Writes the policy, as plain data and whole or not at all: wrangler builds the Worker anew as soon as it sees it. */
function writePolicy(file: string, policy: ConfigInput): string {
  const text = JSON.stringify(policy)
  writeFileSync(`${file}.draft`, text)
  renameSync(`${file}.draft`, file)
  return text
}

/**
 * Writes a wrangler.toml that takes the policy from a file of ours. Given the policy file itself, wrangler would end with the first
 * mistake that is made in it. `dev --alias` would do as well, but has no effect (wrangler 4.155).
 */
function writeConfig(folder: string, policyFile: string): void {
  const config = readFileSync(`${root}wrangler.toml`, "utf8")
  const alias = `"../authorizer.config.ts" = ${JSON.stringify(policyFile)}`
  writeFileSync(`${folder}/wrangler.toml`, `${config}\n[alias]\n${alias}\n`)
}

/** When wrangler fails it asks npm's registry for a newer version, unless it finds that it did so lately. */
function forgoUpdateCheck(folder: string): void {
  mkdirSync(`${folder}/update-check`)
  const found = { latest: null, lastUpdate: Number.MAX_SAFE_INTEGER }
  writeFileSync(`${folder}/update-check/wrangler-latest.json`, JSON.stringify(found))
}
