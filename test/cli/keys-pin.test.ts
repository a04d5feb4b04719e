import { execFile } from "node:child_process"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { type ConfigInput, parseConfig } from "../../core/index.ts"
import { makeKey, type SigningIssuer, startSigningIssuer } from "../support/signing-issuer.ts"

const command = fileURLToPath(new URL("../../cli/index.ts", import.meta.url))
const key = makeKey("rsa", { kid: "current", alg: "RS256", use: "sig", x5c: ["MII"] })
const next = makeKey("P-256", { kid: "next" })
const broken = makeKey("rsa-1024", { kid: "weak" })

let issuer: SigningIssuer
let folder: string

beforeAll(async () => {
  issuer = await startSigningIssuer([key, next, broken])
})
afterAll(() => issuer.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "keys-pin-"))
})
afterEach(async () => {
  issuer.answer = null
  await rm(folder, { recursive: true })
})

/** Runs `edge-authorizer keys pin` in the folder. */
async function pin(args: readonly string[] = [], env: Record<string, string> = {}) {
  const run = promisify(execFile)(process.execPath, [command, "keys", "pin", ...args], { cwd: folder, env })
  const ended = await run.catch((error: { code: number; stdout: string; stderr: string }) => error)
  return { code: "code" in ended ? ended.code : 0, stdout: ended.stdout, stderr: ended.stderr }
}
const read = async (file = "authorizer.keys.json") => JSON.parse(await readFile(join(folder, file), "utf8"))
const write = (file: string, text: string) => writeFile(join(folder, file), text)

test("writes the issuer's usable keys, which a policy takes as they are", async () => {
  const before = Date.now()
  const { code, stdout } = await pin(["--issuer", issuer.issuer])
  expect(code).toBe(0)
  expect(stdout).toContain(issuer.issuer)
  expect(stdout).toContain("current  RSA RS256")
  expect(stdout).toContain("passed over: keys[2]: RSA of 1024 bits")

  const pinnedKeys: ConfigInput["pinnedKeys"] = await read()
  const { n, e } = key.jwk
  const { crv, x, y } = next.jwk
  expect(pinnedKeys).toEqual({
    issuers: [
      {
        issuer: issuer.issuer,
        fetchedAt: expect.any(Number),
        freshSeconds: null,
        keys: [
          { kid: "current", alg: "RS256", kty: "RSA", n, e },
          { kid: "next", kty: "EC", crv, x, y },
        ],
      },
    ],
  })
  const { fetchedAt } = pinnedKeys?.issuers[0] ?? { fetchedAt: 0 }
  expect(fetchedAt).toBeGreaterThanOrEqual(before)
  expect(fetchedAt).toBeLessThanOrEqual(Date.now())
  const config = parseConfig({ issuers: [{ issuer: issuer.issuer, audiences: ["a"] }], pinnedKeys })
  expect(config.pinnedKeys[0]?.keys).toHaveLength(2)
})

test("asks the policy for the issuers, though it imports the file that is still to be written", async () => {
  await write(
    "authorizer.config.ts",
    `import pinnedKeys from "./authorizer.keys.json" with { type: "json" }
    const issuer: string = "${issuer.issuer}"
    export default { issuers: [{ issuer, audiences: ["a"] }], pinnedKeys }`,
  )
  expect(await pin()).toMatchObject({ code: 0, stderr: "" })
  expect(await read()).toMatchObject({ issuers: [{ issuer: issuer.issuer }] })
  // And again, now that it holds keys.
  expect(await pin()).toMatchObject({ code: 0, stderr: "" })
})

test("asks the environment for the issuer where the policy does", async () => {
  await write("policy.mjs", "export default {}")
  const env = { AUTH0_DOMAIN: issuer.issuer, AUTH0_AUDIENCE: "a" }
  expect(await pin(["--config", "policy.mjs", "--out", "keys.json"], env)).toMatchObject({ code: 0 })
  expect(await read("keys.json")).toMatchObject({ issuers: [{ issuer: issuer.issuer }] })
})

test("leaves the file of before as it is when the issuer can't be reached, and says why", async () => {
  await write("authorizer.keys.json", '{ "issuers": [] }')
  issuer.answer = (_request, response) => void response.writeHead(503).end()
  const { code, stdout, stderr } = await pin(["--domain", issuer.issuer])
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
  expect(stderr).toContain(`${issuer.jwksUri}: answered 503 (keys_unreachable)`)
  expect(stderr).toContain("Nothing was written to authorizer.keys.json.")
  expect(await readFile(join(folder, "authorizer.keys.json"), "utf8")).toBe('{ "issuers": [] }')
})

test("mends a file that the policy can't be read with", async () => {
  await write(
    "authorizer.config.mjs",
    `import pinnedKeys from "./authorizer.keys.json" with { type: "json" }
    export default { issuers: [{ issuer: "${issuer.issuer}", audiences: ["a"] }], pinnedKeys }`,
  )
  await write("authorizer.keys.json", '{ "issuers": [{ "issuer": 7 }] }')
  expect(await pin(["--config", "authorizer.config.mjs"])).toMatchObject({ code: 0, stderr: "" })
  await write("authorizer.keys.json", '{ "issuers": [')
  const { code, stderr } = await pin(["--config", "authorizer.config.mjs"])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "authorizer.keys.json: is not JSON; delete it, and run this again\n",
  })
})

test("leaves nothing behind when there was nothing", async () => {
  issuer.answer = (_request, response) => void response.end("<!doctype html>")
  expect(await pin(["--domain", issuer.issuer])).toMatchObject({ code: 1, stderr: expect.stringContaining("not JSON") })
  expect(await readdir(folder)).toEqual([])
})

test.each<[string, readonly string[], RegExp]>([
  ["no policy", [], /^authorizer\.config\.ts: there is no such file; name the policy with --config\n$/],
  ["a policy that is none", ["--config", "empty.mjs"], /^empty\.mjs: has no default export/],
  ["a policy with mistakes", ["--config", "wrong.mjs"], /^authorizer\.config: routes\[0\]\.path: required/],
  ["a policy that can't be read", ["--config", "broken.mjs"], /^broken\.mjs: /],
  ["no issuer", ["--config", "bare.mjs"], /^authorizer\.config: issuers: required; .*AUTH0_DOMAIN/],
  ["an issuer over plain http", ["--issuer", "http://tenant.example/"], /https URL/],
  ["a place of keys without an issuer", ["--jwks-uri", "https://tenant.example/keys"], /^--jwks-uri: name the issuer/],
  ["a place of keys of a domain's", ["--domain", "a.example", "--jwks-uri", "https://a.example/keys"], /^--jwks-uri/],
  ["two ways to name an issuer", ["--issuer", "https://a.example", "--domain", "a.example"], /cannot be used with/],
  ["a folder that isn't there", ["--domain", "tenant.example", "--out", "nowhere/keys.json"], /can't be written/],
])("says what to do about %s", async (_name, args, message) => {
  await write("empty.mjs", "")
  await write("bare.mjs", "export default {}")
  await write("broken.mjs", "export default {")
  await write(
    "wrong.mjs",
    'export default { issuers: [{ issuer: "https://a.example", audiences: ["a"] }], routes: [{}] }',
  )
  const { code, stderr } = await pin(args)
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/\n {4}at /)
})

test("tells how it is used", async () => {
  const { code, stdout } = await pin(["--help"])
  expect(code).toBe(0)
  for (const option of ["--domain", "--issuer", "--jwks-uri", "--config", "--out"]) expect(stdout).toContain(option)
})
