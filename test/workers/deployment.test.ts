import { execFile } from "node:child_process"
import { mkdtemp, readdir, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, test } from "vitest"
import { unstable_readConfig as readConfig } from "wrangler"

const root = fileURLToPath(new URL("../..", import.meta.url))
const config = join(root, "wrangler.toml")
const environments = ["", "staging"]

describe.each(environments)('the environment "%s"', (env) => {
  test("leaves one door: the route, and that for a whole host", () => {
    const { workers_dev, preview_urls, routes = [], route } = readConfig({ config, env })
    // Neither is left to its default, which wrangler takes from elsewhere.
    expect({ workers_dev, preview_urls, route }).toEqual({ workers_dev: false, preview_urls: false, route: undefined })
    expect(routes.length).toBeGreaterThan(0)
    for (const one of routes) expect(one).toMatchObject({ pattern: expect.stringMatching(/^[a-z0-9.-]+\/\*$/) })
  })

  test("has a name and a route of its own, and variables that are still to be set", () => {
    const { name, routes, vars } = readConfig({ config, env })
    expect(vars).toEqual({ AUTH0_DOMAIN: "", AUTH0_AUDIENCE: "" })
    const others = environments.filter((other) => other !== env).map((other) => readConfig({ config, env: other }))
    for (const other of others) {
      expect(other.name).not.toBe(name)
      expect(other.routes).not.toEqual(routes)
    }
  })

  test("has nothing that would lead past the guard", () => {
    const { compatibility_flags, ...rest } = readConfig({ config, env })
    // With it, a fetch of the route's own origin comes back to the Worker.
    expect(compatibility_flags).not.toContain("global_fetch_strictly_public")
    // Assets are served, and cached answers given, before the Worker is asked.
    expect(rest).not.toHaveProperty("cache.enabled", true)
    expect(rest.assets).toBeUndefined()
    expect(rest.site).toBeUndefined()
  })

  test("can be deployed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "wrangler-"))
    try {
      const { stdout, stderr } = await promisify(execFile)(
        "npx",
        ["--no-install", "wrangler", "deploy", "--dry-run", `--env=${env}`, "--outdir", join(folder, "out")],
        { cwd: root, env: { ...process.env, ...quiet(folder) } },
      )
      expect(stdout).toContain("--dry-run: exiting now")
      expect(`${stdout}${stderr}`).not.toMatch(/warning|error/i)
      expect(await readdir(join(folder, "out"))).toContain("index.js")
      // As wrangler uploads it, which does not minify it: every isolate compiles it when it starts.
      expect((await stat(join(folder, "out", "index.js"))).size).toBeLessThanOrEqual(150_000)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

/** Keeps wrangler off the network and out of the home directory. */
function quiet(folder: string): Record<string, string> {
  return {
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_LOG_PATH: join(folder, "logs"),
    WRANGLER_REGISTRY_PATH: join(folder, "registry"),
  }
}
