import { execFile } from "node:child_process"
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** What no file of core may say, by the name of a file that says it. */
const offences = {
  process: "export const domain = process.env.AUTH0_DOMAIN",
  buffer: 'export const bytes = Buffer.from("a")',
  caches: 'export const cache = caches.open("keys")',
  "default-cache": "export const cache = caches.default",
  fetch: 'export const answer = fetch("https://tenant.example/")',
  date: "export const now = Date.now()",
  "new-date": "export const now = new Date()",
  console: 'console.log("decided")',
  timer: "setTimeout(() => {}, 1000)",
  interval: "setInterval(() => {}, 1000)",
  "node-module": 'import { createHash } from "node:crypto"\nexport const hash = createHash("sha256")',
  "bare-node-module": 'import { readFileSync } from "fs"\nexport const text = readFileSync("keys.json")',
  "workers-module": 'import { env } from "cloudflare:workers"\nexport const bindings = env',
  "workers-type": "export let keys: KVNamespace",
  "lambda-type":
    'import type { APIGatewayAuthorizerResult } from "aws-lambda"\nexport let answer: APIGatewayAuthorizerResult',
  workers: 'import { workerPorts } from "../workers/ports.ts"\nexport const ports = workerPorts()',
  lambda: 'import { lambdaPorts } from "../lambda/ports.ts"\nexport const ports = lambdaPorts()',
}

let folder: string
let complaints: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "core-alone-"))
  for (const name of ["core", "workers", "lambda", "biome.json", "tsconfig.base.json"])
    await cp(join(root, name), join(folder, name), { recursive: true })
  await symlink(join(root, "node_modules"), join(folder, "node_modules"))
  for (const [name, text] of Object.entries(offences))
    await writeFile(join(folder, `core/${name}.offence.ts`), `${text}\n`)
  const [types, lint] = await Promise.all([
    run("tsc", ["-p", "core", "--pretty", "false"]),
    run("biome", ["lint", "--vcs-enabled=false", "--max-diagnostics=none", "--diagnostic-level=error", "core"]),
  ])
  complaints = types + lint
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** All that a tool of this checkout says, run in the copy. */
function run(tool: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) =>
    execFile(join(root, "node_modules/.bin", tool), args, { cwd: folder }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    ),
  )
}

describe("a file in core is refused, by its types or by its lint, that uses", () => {
  test.each(Object.keys(offences))("%s", (name) => {
    expect(complaints).toContain(`core/${name}.offence.ts`)
  })
})

test("core as it is uses nothing of the kind", () => {
  const blamed = [...complaints.matchAll(/core\/[\w/.-]+\.ts/g)].map(([file]) => file)
  expect(blamed.filter((file) => !file.endsWith(".offence.ts"))).toEqual([])
})
