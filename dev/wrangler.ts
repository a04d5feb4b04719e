import { mkdirSync, writeFileSync } from "node:fs"
import { runChild } from "./child.ts"
import { commandFile } from "./command-file.ts"
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
  /** Called once, as soon as the Worker answers. */
  readonly onReady: () => void
}

// Without these, wrangler looks for updates, reports its use and fetches a sample of request.cf over the network.
const offline = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
}

/**
 * Runs the Worker of wrangler.toml in workerd, before the origin and with the local issuer as its tenant. What the Worker
 * logs and what goes wrong is printed; wrangler's own remarks are not. Rejects when wrangler ends of itself.
 */
export async function runWrangler(
  running: Running,
  { port, originPort, issuer, onReady }: WranglerOptions,
): Promise<never> {
  const folder = makeRunFolder(running, ".wrangler")
  const variables = Object.entries(issuerEnvironment(issuer)).flatMap(([name, value]) => ["--var", `${name}:${value}`])
  forgoUpdateCheck(folder)
  const output = toolOutput(isRemark)
  const end = await runChild(running, {
    script: commandFile("wrangler", "wrangler"),
    args: [
      "dev",
      ...["--config", `${root}wrangler.toml`],
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
    onLine: output.onLine,
    onMessage() {
      // The one message that wrangler sends is that it listens (DEV_SERVER_READY). It holds requests back until the Worker
      // runs, and there is no answer if the Worker fails to.
      fetch(`http://${loopback}:${port}/health`).then(
        () => {
          output.up()
          onReady()
        },
        () => {},
      )
    },
  })
  output.ended()
  throw new StartError(`wrangler dev ended with ${end}.`)
}

/** A note of each request, or of the folder of its logs, which is gone by the time that somebody looks there. */
function isRemark(line: string): boolean {
  return line.startsWith("[wrangler:info]") || line.startsWith("🪵")
}

/** When wrangler fails it asks npm's registry for a newer version, unless it finds that it did so lately. */
function forgoUpdateCheck(folder: string): void {
  mkdirSync(`${folder}/update-check`)
  const found = { latest: null, lastUpdate: Number.MAX_SAFE_INTEGER }
  writeFileSync(`${folder}/update-check/wrangler-latest.json`, JSON.stringify(found))
}
