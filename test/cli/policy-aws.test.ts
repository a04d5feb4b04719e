import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { RouteInput } from "../../core/index.ts"
import { evaluate } from "../../dev/gateway/iam.ts"
import { type CommandFolder, makeCommandFolder, unreadableLines } from "../support/command-folder.ts"
import { makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"

const audience = "https://api.example.com"
const key = makeKey("rsa", { kid: "a", alg: "RS256" })
let issuer: SigningIssuer
let folder: CommandFolder

beforeAll(async () => {
  issuer = await startSigningIssuer([key])
  folder = await makeCommandFolder()
})
afterAll(async () => {
  issuer.close()
  await folder.remove()
})

async function show(routes: readonly RouteInput[], cacheKey: "token" | "call" | undefined, ...args: string[]) {
  const issuers = [{ issuer: issuer.issuer, audiences: [audience], profile: "auth0" }]
  await folder.write("policy.json", { issuers, routes, ...(cacheKey && { apiGateway: { cacheKey } }) })
  return folder.run(["policy", "--config", "policy.json", "--aws", ...args])
}

describe("what to set on API Gateway", () => {
  const simple = [{ path: "/orders/:id", scopes: ["a"] }]
  const nested = [{ path: "/orders/:id" }, { path: "/orders/:id/items" }]

  test("one document for all calls, where the rules can be said so", async () => {
    const { code, stdout } = await show(simple, "token")
    expect(code).toBe(0)
    expect(stdout).toMatch(/^REST, REQUEST +up to 3600 +method\.request\.header\./m)
    expect(stdout).toMatch(/^HTTP, IAM policies +up to 3600 +\$request\.header\.Authorization /m)
    expect(stdout).toMatch(/^WebSocket +none/m)
    expect(stdout).not.toContain("context.path,")
    expect(unreadableLines(stdout)).toEqual([])
  })

  test("method and path, where they can't; and which rules are in the way", async () => {
    const { stdout } = await show(nested, "call")
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      `"/orders/:id" and "/orders/:id/items": IAM's * crosses /, so the first can't be told from the second`,
    )
    expect(stdout).toMatch(/^REST, TOKEN +0 /m)
    expect(stdout).toMatch(/\$context\.httpMethod[\s\S]*\$context\.path/)
    expect(unreadableLines(stdout)).toEqual([])
  })

  test("nothing, where nothing is said, or a rule looks at the request itself", async () => {
    const said = await show(simple, undefined)
    expect(said.stdout).toMatch(/^REST, REQUEST +0 /m)
    expect(said.stdout).toContain('write apiGateway: { cacheKey: "token" }')
    const looking = await show([{ path: "/a", where: { "query.q": { equals: "1" } } }], undefined)
    expect(looking.stdout.replaceAll(/\s+/g, " ")).toContain(
      '"/a" looks at more than the token, the method and the path: query.q',
    )
    const json = await show(nested, undefined, "--json")
    expect(JSON.parse(json.stdout)).toMatchObject({ cacheKey: null, allowed: { cacheKey: "call" } })
  })

  test("with a rule that looks at the request itself, a cache is a config error", async () => {
    const { code, stderr } = await show([{ path: "/a", stepUp: { maxAgeSeconds: 60 } }], "token")
    expect(code).toBe(2)
    expect(stderr).toMatch(/apiGateway\.cacheKey: must be left out: "\/a" asks for stepUp\.maxAgeSeconds/)
  })
})

describe("the document of a token", () => {
  const routes: RouteInput[] = [
    { path: "/orders/:id", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/users/:id/**", where: { "params.id": { equals: { claim: "sub" } } } },
  ]
  const tokenOf = (claims: object) => {
    const now = Math.floor(Date.now() / 1000)
    const ordinary = { iss: issuer.issuer, sub: "auth0|bob", aud: audience, azp: "web", iat: now, exp: now + 300 }
    return signJws(key.privateKey, "RS256", { alg: "RS256", typ: "JWT", kid: "a" }, { ...ordinary, ...claims })
  }
  const arn = (call: string) => `arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/prod/${call}`

  test("says what it may call, and shows no token", async () => {
    const token = tokenOf({ scope: "read:orders" })
    await folder.write("token.txt", `${token}\n`)
    const { code, stdout, stderr } = await show(routes, "token", "--token-file", "token.txt")
    expect(code).toBe(0)
    const said = (call: string) => evaluate(JSON.parse(stdout), arn(call)) === "allow"
    expect(["GET/orders/7", "GET/users/auth0%7Cbob/x", "GET/users/auth0%7Calice", "POST/orders/7"].map(said)).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(stdout + stderr).not.toContain(token.split(".")[2])
  })

  test("of claims, without a network", async () => {
    await folder.write("claims.json", { sub: "auth0|carol" })
    const { code, stdout } = await show(routes, "token", "--claims", "claims.json", "--json")
    expect(code).toBe(0)
    expect(evaluate(JSON.parse(stdout), arn("GET/users/auth0%7Ccarol"))).toBe("allow")
    expect(evaluate(JSON.parse(stdout), arn("GET/orders/7"))).not.toBe("allow")
  })

  test("of a token that is refused, there is none", async () => {
    const { code, stdout, stderr } = await show(routes, "token", "--token", tokenOf({ exp: 1 }))
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toContain("the token is refused, whatever is asked for; edge-authorizer explain says why")
  })

  test("goes with --aws", async () => {
    const { code, stderr } = await folder.run(["policy", "--config", "policy.json", "--claims", "claims.json"])
    expect(code).toBe(2)
    expect(stderr).toContain("the document of a token goes with --aws")
  })
})

describe("check", () => {
  const check = (...args: string[]) => folder.run(["check", "--config", "policy.json", ...args])

  test("warns of calls that a document for all calls can't allow", async () => {
    await show([{ path: "/orders/:id" }, { path: "/orders/:id/items" }], "token")
    const { code, stdout } = await check("--json")
    expect(code).toBe(0)
    expect(JSON.parse(stdout).warnings).toContainEqual(
      expect.objectContaining({ path: "apiGateway.cacheKey", message: expect.stringContaining('"/orders/:id/items"') }),
    )
  })

  test("holds a template against the policy", async () => {
    await show([{ path: "/orders/:id", scopes: ["a"] }], undefined)
    const authorizer = (seconds?: number) => ({
      Resources: {
        Guard: {
          Type: "AWS::ApiGateway::Authorizer",
          Properties: {
            Type: "REQUEST",
            IdentitySource: "method.request.header.Authorization",
            ...(seconds !== undefined && { AuthorizerResultTtlInSeconds: seconds }),
          },
        },
      },
    })
    await folder.write("template.json", authorizer())
    const kept = await check("--strict", "--template", "template.json")
    expect(kept.code).toBe(1)
    expect(kept.stdout.replaceAll(/\s+/g, " ")).toContain(
      "keeps answers for 300 seconds, but an answer is for the one call",
    )
    await folder.write("template.json", authorizer(0))
    expect((await check("--template", "template.json")).stdout).not.toContain("Guard")
    await folder.write("template.json", {})
    expect(await check("--template", "template.json")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("has no Resources"),
    })
  })
})
