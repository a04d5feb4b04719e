import { execFile } from "node:child_process"
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parseConfig, type RouteInput } from "../../core/index.ts"
import { requirementEntries } from "../../core/requirement-schema.ts"
import { type Command, startCommand } from "../support/command.ts"
import { freePorts } from "../support/free-ports.ts"
import { blocksOf } from "../support/markdown.ts"
import { paste, printedSamples } from "../support/printed-samples.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const page = await readFile(join(root, "docs/policy.md"), "utf8")

describe("the walk-through in docs/policy.md", () => {
  const begin = page.indexOf("## From an OpenAPI document")
  const blocks = blocksOf(page.slice(begin, page.indexOf("\n## ", begin)))
  let folder: string
  let ports: readonly number[]
  let exports = ""
  let start: Command | undefined

  beforeAll(async () => {
    // A checkout of its own, since the policy in it is overwritten.
    folder = await mkdtemp(join(tmpdir(), "policy-walk-through-"))
    const parts = ["core", "workers", "lambda", "cli", "dev", "scripts", "examples", "authorizer.config.ts"]
    for (const part of [...parts, "package.json", "tsconfig.base.json", "tsconfig.package.json", "wrangler.toml"])
      await cp(join(root, part), join(folder, part), { recursive: true })
    await symlink(join(root, "node_modules"), join(folder, "node_modules"))
    ports = await freePorts(4)
  })
  afterAll(async () => {
    start?.destroy()
    await rm(folder, { recursive: true, force: true })
  })

  /** The page names the ports that are taken where none are given. */
  const withPorts = (text: string) => {
    const [worker, issuer] = ports
    return text.replaceAll("127.0.0.1:8787", `127.0.0.1:${worker}`).replaceAll("127.0.0.1:4000", `127.0.0.1:${issuer}`)
  }

  async function run(script: string) {
    // The Node that runs this is the one that reads TypeScript.
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, NO_COLOR: "1" }
    const running = promisify(execFile)("bash", ["-c", `exec 2>&1; set -e\n${exports}${withPorts(script)}`], {
      cwd: folder,
      env,
    })
    const ended = await running.catch((error: { code: number; stdout: string }) => error)
    return { code: "code" in ended ? ended.code : 0, output: ended.stdout }
  }

  async function startEdge() {
    const [worker, issuer, origin, playground] = ports
    const options = `--port ${worker} --issuer-port ${issuer} --origin-port ${origin} --playground-port ${playground}`
    start = startCommand("bash", ["-c", `cd ${folder} && exec npm start -- ${options}`])
    await start.waitFor("Ctrl-C stops everything")
    const samples = printedSamples(start.output)
    expect(samples).toHaveLength(4)
    for (const sample of samples) expect((await paste(sample)).status).toBe(Number.parseInt(sample.remark, 10))
  }

  // In the order of the page, as each goes on from what the ones before it left.
  const steps = blocks
    .map((block, index) => ({ ...block, shown: blocks[index + 1], title: block.text.split("\n")[0] }))
    .filter(({ language }) => language !== "text")
  test.each(steps)("$heading: $title", async ({ language, text, shown, title = "" }) => {
    if (language !== "sh") {
      const [, name] = /^(?:#|\/\/) (\S+)$/.exec(title) ?? []
      return writeFile(join(folder, name ?? expect.fail("a file without a name")), text)
    }
    if (text === "npm start\n") return startEdge()
    exports += withPorts(text.match(/^(?:export |bearer=).*\n/gm)?.join("") ?? "")
    const { code, output } = await run(text)
    // It says that bob is refused.
    expect({ code, output }).toMatchObject({ code: text.includes("edge-authorizer explain") ? 1 : 0 })
    if (shown?.language === "text") expect(output.trim()).toBe(withPorts(shown.text).trim())
  })

  test("shows what each part of it comes to", () => {
    expect(blocks.filter(({ language }) => language === "text").length).toBeGreaterThanOrEqual(7)
  })
})

describe("the keys of a rule in docs/policy.md", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (.+) \| `(\{ path: .+ \})` \|$/gm)].map(
    ([, key = "", , example = ""]) => ({
      key,
      example: new Function(`return ${example}`)() as RouteInput,
    }),
  )

  test("are all there are", () => {
    const keys = ["path", "methods", "access", "report", ...Object.keys(requirementEntries)]
    expect(rows.map(({ key }) => key).sort()).toEqual(keys.filter((key) => key !== "binding").sort())
  })

  test.each(rows)("have an example that is a rule: $key", ({ key, example }) => {
    expect(example).toHaveProperty(key)
    const issuers = [
      { issuer: "https://issuer.example/", audiences: ["https://api.example.com", "https://admin.example.com"] },
      { issuer: "https://login.partner.example/", audiences: ["https://api.example.com"] },
    ]
    const { rules } = parseConfig({ issuers, routes: [example], requirements: { staff: { principal: "user" } } })
    expect(rules).toHaveLength(1)
  })
})
