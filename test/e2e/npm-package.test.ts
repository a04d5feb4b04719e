import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { createTestHarness, type TestHarness } from "wrangler"
import { requestAccessToken } from "../../dev/access-token.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"
import { installed } from "../support/packed-package.ts"

const run = promisify(execFile)
const root = fileURLToPath(new URL("../..", import.meta.url))
const fromHere = (packageName: string) => join(root, "node_modules", packageName)

/** valibot is the library's; the rest is what its command needs. */
const dependencies = ["cli-table3", "commander", "markdown-table", "valibot", "yaml"]

// What a user of the package writes: one file for each of its three forms.
const sources = {
  "library.ts": `
    import { createAuthorizer, defineConfig, type HttpGet, loadKeySet, type Ports } from "edge-authorizer"

    const httpGet: HttpGet = async (url) => {
      const response = await fetch(url)
      return { status: response.status, body: await response.text() }
    }

    export function decide(issuer: string, audience: string, authorization?: string) {
      const policy = defineConfig({
        issuers: [{ issuer, audiences: [audience], profile: "auth0" }],
        routes: [{ path: "/orders", scopes: ["read:orders"] }],
      })
      const ports: Ports = { now: () => Date.now(), loadKeySet: (source) => loadKeySet(source, httpGet, Date.now()) }
      return createAuthorizer(policy, ports).authorize({ method: "GET", path: "/orders", headers: { authorization } })
    }
  `,
  "lambda.ts": `
    import { authorizer } from "edge-authorizer/lambda"
    export const handler = authorizer({ routes: [{ path: "/orders", scopes: ["read:orders"] }] })
  `,
  "worker.ts": `
    import { guard } from "edge-authorizer/workers"
    export default guard({ routes: [{ path: "/orders", scopes: ["read:orders"] }] })
  `,
  // The same, held against the types of the platforms.
  "worker-types.ts": `
    import worker from "./worker.ts"
    worker satisfies ExportedHandler<{}>
  `,
  "lambda-types.ts": `
    import type * as aws from "aws-lambda"
    import { handler } from "./lambda.ts"
    handler satisfies aws.APIGatewayTokenAuthorizerHandler
    handler satisfies aws.APIGatewayRequestAuthorizerHandler
    handler satisfies aws.APIGatewayRequestIAMAuthorizerHandlerV2
  `,
}

let folder: string
let tarball: string
let project: string
let packed: readonly string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-authorizer-package-"))
  project = join(folder, "project")
  // Packs as publishing would: the script "prepack" builds first.
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root })
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[\n")))
  packed = files.map(({ path }: { path: string }) => path)
  tarball = join(folder, filename)

  await mkdir(project)
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }))
  for (const [name, source] of Object.entries(sources)) await writeFile(join(project, name), source)
  // The dependencies come from our own node_modules, so that nothing has to be asked for from a registry.
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--offline", "--install-links"]
  await run("npm", ["install", ...quiet, tarball, ...(await installed(dependencies))], { cwd: project })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe("the package", () => {
  test("holds the three forms, and neither tests nor what only this checkout deploys", () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "authorizer.schema.json",
        "package.json",
        ...["core/index", "workers/guard", "lambda/authorizer", "cli/index"].flatMap((name) => [
          `dist/package/${name}.js`,
          `dist/package/${name}.d.ts`,
        ]),
      ]),
    )
    const others = packed.filter(
      (path) => !/^dist\/package\/(?:core|workers|lambda|cli(?:\/[a-z]+)?)\/[a-z0-9-]+\.(?:js|d\.ts)$/.test(path),
    )
    expect(
      others.filter((path) => !/^(?:LICENSE|README\.md|package\.json|authorizer\.schema\.json)$/.test(path)),
    ).toEqual([])
    expect(packed).not.toContain("dist/package/workers/index.js")
    expect(packed).not.toContain("dist/package/lambda/index.js")
    expect(packed).not.toContain("dist/package/lambda/policy.js")
  })

  test("depends on valibot, and for its command on a few more", async () => {
    const manifest = JSON.parse(await readFile(join(project, "node_modules/edge-authorizer/package.json"), "utf8"))
    expect(Object.keys(manifest.dependencies)).toEqual(dependencies)
    for (const kind of ["peerDependencies", "optionalDependencies"]) expect(manifest).not.toHaveProperty(kind)
  })

  test("passes publint", () => runTool("publint", ["run", tarball, "--strict"]))

  test("passes attw as an ES module", () => runTool("attw", [tarball, "--profile", "esm-only"]))
})

describe("its types", () => {
  const forms = ["library.ts", "lambda.ts", "worker.ts"]
  const bundler = { module: "ESNext", moduleResolution: "Bundler", lib: ["ES2024"] }
  test.each([
    // Nothing but TypeScript: no types of Node, of Workers or of Lambda. Request and Response are then the browser's.
    ["moduleResolution bundler", { module: "ESNext", moduleResolution: "Bundler", types: [] }, forms],
    ["moduleResolution nodenext", { module: "NodeNext", moduleResolution: "NodeNext", types: [] }, forms],
    ["a Workers project", { ...bundler, types: [fromHere("@cloudflare/workers-types")] }, ["worker-types.ts"]],
    [
      "a Lambda project",
      { ...bundler, types: [fromHere("@types/node")], paths: { "aws-lambda": [fromHere("@types/aws-lambda")] } },
      ["lambda-types.ts"],
    ],
  ])("fit: %s", async (name, options, files) => {
    const config = join(project, `tsconfig.${name.replaceAll(" ", "-")}.json`)
    const compilerOptions = {
      target: "ES2024",
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      allowImportingTsExtensions: true,
      ...options,
    }
    await writeFile(config, JSON.stringify({ compilerOptions, files }))
    await runTool("tsc", ["-p", config])
  })
})

describe("its three forms", () => {
  let issuer: LocalIssuer
  let authorization: string

  beforeAll(async () => {
    issuer = await startIssuer()
    authorization = `Bearer ${await requestAccessToken(issuer, "read:orders")}`
  })
  afterAll(() => issuer.close())

  test("the command, which pins keys that the policy takes", async () => {
    const bin = join(project, "node_modules/.bin/edge-authorizer")
    await run(process.execPath, [bin, "keys", "pin", "--domain", issuer.issuer, "--out", "keys.json"], { cwd: project })
    const keys = JSON.parse(await readFile(join(project, "keys.json"), "utf8"))
    expect(keys).toMatchObject({ issuers: [{ issuer: issuer.issuer, keys: [{ kty: "RSA" }] }] })
  })

  test("the command, which shows and checks a policy", async () => {
    const bin = join(project, "node_modules/.bin/edge-authorizer")
    const routes = [{ path: "/orders/:id", methods: ["GET"], scopes: ["read:orders"] }]
    await writeFile(join(project, "policy.json"), JSON.stringify({ routes }))
    const command = async (...args: string[]) =>
      (await run(process.execPath, [bin, ...args, "--config", "policy.json"], { cwd: project })).stdout
    expect(await command("check")).toContain("No problem, no warning")
    expect(await command("policy")).toMatch(/GET +\/orders\/:id +a valid token +scope read:orders/)
    expect(await command("policy", "--markdown")).toContain("| GET | `/orders/:id` |")
  })

  test("core, in Node", async () => {
    const call = (token: string) => `await decide("${issuer.issuer}", "${issuer.audience}", ${token})`
    const decisions = await runInProject(`
      import { decide } from "./library.ts"
      console.log(JSON.stringify([${call(`"${authorization}"`)}, ${call("undefined")}]))
    `)
    expect(decisions).toMatchObject([
      { outcome: "allow", principal: { subject: "m2m@clients" } },
      { outcome: "refuse", reason: "credentials_missing" },
    ])
  })

  test("the Lambda authorizer, in Node", async () => {
    const event = {
      type: "TOKEN",
      methodArn: "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/GET/orders",
    }
    const answers = await runInProject(`
      import { handler } from "./lambda.ts"
      const event = ${JSON.stringify(event)}
      const refusal = await handler(event).catch(({ message }) => message)
      console.log(JSON.stringify([await handler({ ...event, authorizationToken: "${authorization}" }), refusal]))
    `)
    expect(answers).toMatchObject([{ policyDocument: { Statement: [{ Effect: "Allow" }] } }, "Unauthorized"])
  })

  describe("the Worker, in workerd", () => {
    let origin: Server
    let worker: TestHarness
    let url: string

    beforeAll(async () => {
      origin = createServer((request, response) => response.end(`sub: ${request.headers["x-auth-sub"]}`))
      await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve))
      url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/orders`
      await writeFile(
        join(project, "wrangler.toml"),
        `name = "project"\nmain = "worker.ts"\ncompatibility_date = "2026-10-01"\n`,
      )
      vi.stubEnv("WRANGLER_SEND_METRICS", "false")
      vi.stubEnv("CLOUDFLARE_CF_FETCH_ENABLED", "false")
      vi.stubEnv("WRANGLER_LOG_PATH", join(folder, "logs"))
      vi.stubEnv("WRANGLER_REGISTRY_PATH", join(folder, "registry"))
      const vars = { AUTH0_DOMAIN: issuer.issuer.replace(/\/$/, ""), AUTH0_AUDIENCE: issuer.audience }
      worker = createTestHarness({ root: project, workers: [{ configPath: "./wrangler.toml", vars }] })
      await worker.listen()
    })
    afterAll(async () => {
      await worker.close()
      origin.close()
      vi.unstubAllEnvs()
    })

    test("lets a valid token through to the origin", async () => {
      const response = await worker.fetch(url, { headers: { authorization } })
      expect([response.status, await response.text()]).toEqual([200, "sub: m2m@clients"])
    })

    test("refuses a request without one", async () => {
      const response = await worker.fetch(url)
      expect(response.status).toBe(401)
      expect(response.headers.get("www-authenticate")).toMatch(/^Bearer /)
      expect(await response.json()).toMatchObject({ reason: "credentials_missing" })
    })
  })

  async function runInProject(script: string): Promise<unknown> {
    const domain = issuer.issuer.replace(/\/$/, "")
    const env = { AUTH0_DOMAIN: domain, AUTH0_AUDIENCE: issuer.audience, TMPDIR: folder }
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: project, env })
    // The last line: a refusal is logged before it.
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "")
  }
})

/** Runs a command that we have installed; what it prints becomes the message if it fails. */
async function runTool(command: string, args: readonly string[]): Promise<void> {
  const result = await run(process.execPath, [fromHere(`.bin/${command}`), ...args], { cwd: project }).catch(
    (error: { stdout: string; stderr: string }) => error,
  )
  if (result instanceof Error) throw new Error(`${command}:\n${result.stdout}${result.stderr}`)
}
