import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { Miniflare } from "miniflare"
import type { Edge, Policies } from "./edge.ts"
import { clientOf } from "./worker-edge.ts"

/** The Worker in Miniflare, whose Cache API and KV are real and are kept in a folder: a new isolate finds what an old one left. */
export async function startStoringWorkerEdge(policies: Policies, kind: "cache" | "kv"): Promise<Edge> {
  const store = await mkdtemp(join(tmpdir(), "keys-worker-"))
  bundled ??= bundle()
  const contents = await bundled
  let log = ""
  const start = () =>
    new Miniflare({
      host: "127.0.0.1",
      port: 0,
      // What would be looked up on the network is made up instead.
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: store,
      handleStructuredLogs: ({ message }: { message: string }) => {
        log += `${message}\n`
      },
      workers: [
        {
          config: {
            name: "main",
            compatibilityDate: "2026-10-01",
            manifest: { mainModule: "main.mjs", modules: { "main.mjs": { type: "esm", contents } } },
            env: {
              POLICIES: { type: "text", value: JSON.stringify(policies) },
              ORIGIN: { type: "worker", worker: "origin" },
              ...(kind === "kv" && { AUTHORIZER_KEYS: { type: "kv", id: "keys" } }),
            },
          },
        },
        {
          config: {
            name: "origin",
            compatibilityDate: "2026-10-01",
            manifest: { mainModule: "main.mjs", modules: { "main.mjs": { type: "esm", contents: origin } } },
          },
        },
      ],
    })
  let worker = start()
  let { host } = await worker.ready
  const client = clientOf(() => host)

  async function end() {
    client.close()
    await worker.dispose()
  }
  return {
    ...client.requests,
    logs: () => log,
    store,
    async restart() {
      await end()
      worker = start()
      host = (await worker.ready).host
    },
    async close() {
      await end()
      await rm(store, { recursive: true, force: true })
    },
  }
}

const origin = "export default { fetch: () => new Response() }"

/** One for all tests of a file. */
let bundled: Promise<string> | null = null

/** As wrangler does it. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
    entryPoints: ["test/support/guard.worker.ts"],
    write: false,
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    logLevel: "warning",
  })
  return outputFiles[0]?.text ?? ""
}
