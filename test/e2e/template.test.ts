import { execFile } from "node:child_process"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import policy from "../../authorizer.config.ts"
import { authorizersIn, templateWarnings } from "../../cli/check/template-authorizers.ts"
import { type Config, parseConfig } from "../../core/index.ts"
import { cacheSettingFor } from "../../lambda/cache-setting.ts"
import { findTemplateProblems } from "../../scripts/check-template.ts"

const run = promisify(execFile)
const root = fileURLToPath(new URL("../..", import.meta.url))
const output = join(root, ".serverless")

interface Resource {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
  readonly DependsOn?: readonly string[]
}

let home: string
let printed: string
let resources: Readonly<Record<string, Resource>>

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "edge-authorizer-home-"))
  // As in a fresh clone on a machine without an account: no issuer, no credentials, nothing in the home directory.
  const { AUTH0_DOMAIN: _domain, AUTH0_AUDIENCE: _audience, ...environment } = process.env
  const { stdout } = await run("npm", ["run", "package"], { cwd: root, env: { ...environment, HOME: home } })
  printed = stdout
  resources = JSON.parse(await readFile(join(output, "cloudformation-template-update-stack.json"), "utf8")).Resources
})
afterAll(() => rm(home, { recursive: true, force: true }))

test("packaging reports how many resources were checked, and the size of each package", () => {
  expect(printed).toContain(
    `${Object.keys(resources).length} resources as CloudFormation specifies them; authorizer.zip`,
  )
})

test("packaging leaves nothing in the home directory, but for npm's own log", async () => {
  expect((await readdir(home)).filter((name) => name !== ".npm")).toEqual([])
})

describe("authorizers", () => {
  const rows: [name: string, properties: Record<string, unknown>][] = [
    ["AuthorizerApiGatewayAuthorizer", { Type: "REQUEST", AuthorizerResultTtlInSeconds: 0, ...rest() }],
    ["TokenAuthorizerApiGatewayAuthorizer", { Type: "TOKEN", AuthorizerResultTtlInSeconds: 0, ...rest() }],
    ["HttpApiAuthorizerSimple", { ...http("2.0"), EnableSimpleResponses: true }],
    ["HttpApiAuthorizerPolicy", { ...http("2.0"), EnableSimpleResponses: false }],
    ["HttpApiAuthorizerVersion1", { ...http("1.0"), EnableSimpleResponses: false }],
    // CloudFormation takes a TTL for HTTP APIs only: on a WebSocket API, an authorizer is asked for every connection.
    [
      "AuthorizerWebsocketsAuthorizer",
      { AuthorizerType: "REQUEST", IdentitySource: ["route.request.header.Authorization"] },
    ],
  ]

  test.each(rows)("%s", (name, properties) => expect(resources[name]?.Properties).toMatchObject(properties))

  test("there are no others", () => {
    const authorizers = Object.entries(resources).filter(([, { Type }]) => Type.endsWith("::Authorizer"))
    expect(authorizers.map(([name]) => name).sort()).toEqual(rows.map(([name]) => name).sort())
  })

  describe("are cached as the shipped policy wants it", () => {
    const config = parseConfig(policy, {
      AUTH0_DOMAIN: "tenant.example.auth0.com",
      AUTH0_AUDIENCE: "https://api.example.com",
    })
    const authorizers = rows.map(([name]) => name).filter((name) => !name.includes("Websockets"))
    // biome-ignore lint/suspicious/noExplicitAny: a template is altered at any depth
    type Altered = Record<string, any>
    const warningsFor = (alter: (altered: Altered) => void, apiGateway: Config["apiGateway"]) => {
      const altered = structuredClone(resources)
      alter(altered)
      return templateWarnings(authorizersIn(altered), { apiGateway }).map(({ path, message }) => `${path}: ${message}`)
    }

    const { apiGateway } = config
    /** All but the simple one, which is to be asked every time. */
    const kept = (seconds: number) => (altered: Altered) => {
      for (const name of authorizers)
        if (name !== "HttpApiAuthorizerSimple") altered[name].Properties.AuthorizerResultTtlInSeconds = seconds
    }

    test("not at all", () => expect(warningsFor(() => {}, apiGateway)).toEqual([]))

    test("for minutes, where the policy has an answer for all calls of a caller: these rules can be said so", () => {
      expect(cacheSettingFor(config)).toEqual({ cacheKey: "token", because: [] })
      expect(warningsFor(kept(300), { cacheKey: "token" })).toEqual([])
    })

    const wrong: [
      name: string,
      alter: (altered: Altered) => void,
      cacheKey: "token" | "call" | null,
      problem: string,
    ][] = [
      [
        "answers for one call are kept",
        (r) => (r.HttpApiAuthorizerPolicy.Properties.AuthorizerResultTtlInSeconds = 300),
        null,
        "HttpApiAuthorizerPolicy.AuthorizerResultTtlInSeconds: keeps answers for 300 seconds, but an answer is for the one call",
      ],
      [
        "no time is set for a REST API, which then takes five minutes",
        (r) => delete r.AuthorizerApiGatewayAuthorizer.Properties.AuthorizerResultTtlInSeconds,
        null,
        "AuthorizerApiGatewayAuthorizer.AuthorizerResultTtlInSeconds: keeps answers for 300 seconds, but an answer is for the one call",
      ],
      [
        "a simple answer is kept",
        (r) => (r.HttpApiAuthorizerSimple.Properties.AuthorizerResultTtlInSeconds = 300),
        "token",
        "HttpApiAuthorizerSimple.AuthorizerResultTtlInSeconds: keeps answers for 300 seconds without telling calls apart by $context.httpMethod, $context.path",
      ],
      [
        "callers are told apart by something else",
        (r) =>
          Object.assign(r.HttpApiAuthorizerPolicy.Properties, {
            AuthorizerResultTtlInSeconds: 60,
            IdentitySource: ["$request.header.X-Key"],
          }),
        "token",
        "HttpApiAuthorizerPolicy.AuthorizerResultTtlInSeconds: keeps answers for 60 seconds without telling calls apart by $request.header.Authorization",
      ],
      [
        "calls are not told apart",
        (r) => (r.AuthorizerApiGatewayAuthorizer.Properties.AuthorizerResultTtlInSeconds = 60),
        "call",
        "AuthorizerApiGatewayAuthorizer.AuthorizerResultTtlInSeconds: keeps answers for 60 seconds without telling calls apart by context.httpMethod, context.path",
      ],
      [
        "an authorizer that sees no path tells calls apart by it",
        (r) => (r.TokenAuthorizerApiGatewayAuthorizer.Properties.AuthorizerResultTtlInSeconds = 60),
        "call",
        "TokenAuthorizerApiGatewayAuthorizer.AuthorizerResultTtlInSeconds: keeps answers for 60 seconds, but it can't tell one call from another",
      ],
    ]
    test.each(wrong)("not, if %s", (_name, alter, cacheKey, problem) => {
      expect(warningsFor(alter, { cacheKey })).toEqual([expect.stringContaining(problem)])
    })

    test("by token, method and path, for answers that are for one call", () => {
      const alter = (altered: Altered) => {
        Object.assign(altered.AuthorizerApiGatewayAuthorizer.Properties, {
          AuthorizerResultTtlInSeconds: 300,
          IdentitySource: "method.request.header.authorization, context.httpMethod, context.path",
        })
      }
      expect(warningsFor(alter, { cacheKey: "call" })).toEqual([])
    })
  })

  test("guard every route but the public one, preflights, and what follows a connection that was let in", () => {
    const open = [...ofType("AWS::ApiGateway::Method"), ...ofType("AWS::ApiGatewayV2::Route")]
      .filter(([, { Properties }]) => Properties.AuthorizationType !== "CUSTOM")
      .map(([name]) => name)
      .filter((name) => !name.endsWith("Options"))
    expect(open.sort()).toEqual([
      "ApiGatewayMethodHealthGet",
      "HttpApiRouteGetHealth",
      "SdefaultWebsocketsRoute",
      "SdisconnectWebsocketsRoute",
    ])
  })

  function rest() {
    return { IdentitySource: "method.request.header.Authorization" }
  }
  function http(version: string) {
    return {
      AuthorizerType: "REQUEST",
      AuthorizerPayloadFormatVersion: version,
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: ["$request.header.Authorization"],
    }
  }
})

describe("functions", () => {
  test.each([
    ["AuthorizerLambdaFunction", "dist/lambda/authorizer.handler"],
    ["TokenAuthorizerLambdaFunction", "dist/lambda/authorizer.handler"],
    ["SimpleAuthorizerLambdaFunction", "dist/lambda/authorizer.simpleHandler"],
    ["BackendLambdaFunction", "dist/lambda/backend.handler"],
  ])("%s", (name, handler) => {
    const properties = resources[name]?.Properties
    expect(properties).toMatchObject({ Handler: handler, Runtime: "nodejs24.x", Architectures: ["arm64"] })
    expect(properties?.Timeout).toBeLessThan(10)
    expect(properties?.MemorySize).toBeGreaterThanOrEqual(256)
  })

  test("an issuer that is not set is left empty, not made up", () => {
    const Environment = { Variables: { AUTH0_DOMAIN: "", AUTH0_AUDIENCE: "" } }
    expect(resources.AuthorizerLambdaFunction?.Properties).toMatchObject({ Environment })
    expect(resources.BackendLambdaFunction?.Properties).not.toHaveProperty("Environment")
  })

  test("may be called by our own APIs only", () => {
    const permissions = ofType("AWS::Lambda::Permission")
    expect(permissions.length).toBeGreaterThan(0)
    for (const [, { Properties }] of permissions) expect(Properties).toHaveProperty("SourceArn")
  })

  test.each([
    ["authorizer", "dist/lambda/authorizer.mjs"],
    ["tokenAuthorizer", "dist/lambda/authorizer.mjs"],
    ["simpleAuthorizer", "dist/lambda/authorizer.mjs"],
    ["backend", "dist/lambda/backend.mjs"],
  ])("the package of %s holds its bundle and nothing else", async (name, bundle) => {
    expect(namesInZip(await readFile(join(output, `${name}.zip`)))).toEqual([bundle])
  })
})

describe("gateway responses", () => {
  test("401 challenges the client", () => {
    expect(resources.UnauthorizedResponse?.Properties).toMatchObject({
      ResponseType: "UNAUTHORIZED",
      StatusCode: "401",
      ResponseParameters: {
        "gatewayresponse.header.WWW-Authenticate": `'Bearer realm="api"'`,
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.Access-Control-Expose-Headers": "'WWW-Authenticate'",
      },
    })
  })

  test("403 says that another token is needed, and why", () => {
    const { ResponseTemplates, ...properties } = resources.AccessDeniedResponse?.Properties ?? {}
    expect(properties).toMatchObject({
      ResponseType: "ACCESS_DENIED",
      StatusCode: "403",
      ResponseParameters: {
        "gatewayresponse.header.WWW-Authenticate": `'Bearer realm="api", error="insufficient_scope"'`,
        "gatewayresponse.header.Content-Type": "'application/problem+json'",
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
      },
    })
    const template = (ResponseTemplates as Record<string, string>)["application/json"] ?? ""
    expect(JSON.parse(template)).toEqual({
      type: "about:blank",
      title: "Forbidden",
      status: 403,
      detail: "$context.authorizer.detail",
      reason: "$context.authorizer.reason",
    })
  })

  test.each([
    ["ClientErrorResponse", "DEFAULT_4XX"],
    ["ServerErrorResponse", "DEFAULT_5XX"],
  ])("%s keeps the status and can be read by a page", (name, ResponseType) => {
    const properties = resources[name]?.Properties
    expect(properties).toMatchObject({
      ResponseType,
      ResponseParameters: { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" },
    })
    expect(properties).not.toHaveProperty("StatusCode")
  })

  test("are there before the API is deployed", () => {
    const deployment = ofType("AWS::ApiGateway::Deployment")[0]?.[1]
    const awaited = (deployment?.DependsOn ?? []).flatMap((name) => resources[name]?.DependsOn ?? [])
    const responses = ofType("AWS::ApiGateway::GatewayResponse").map(([name]) => name)
    expect(awaited).toEqual(expect.arrayContaining(responses))
  })
})

describe("the template check", () => {
  // biome-ignore lint/suspicious/noExplicitAny: a template is altered at any depth
  type Alter = (resources: Record<string, any>) => void
  const rows: [name: string, alter: Alter, problem: string][] = [
    [
      "an unknown type",
      (r) => (r.HttpApi.Type = "AWS::ApiGatewayV3::Api"),
      "HttpApi: unknown type AWS::ApiGatewayV3::Api",
    ],
    ["an unknown property", (r) => (r.HttpApi.Properties.Nmae = "x"), "HttpApi.Nmae: unknown property"],
    [
      "a missing property",
      (r) => delete r.HttpApiAuthorizerSimple.Properties.AuthorizerType,
      "HttpApiAuthorizerSimple.AuthorizerType: missing",
    ],
    [
      "an unknown property further down",
      (r) => (r.BackendLambdaFunction.Properties.Code.S3Buckett = "x"),
      "BackendLambdaFunction.Code.S3Buckett: unknown property",
    ],
    [
      "a missing property of a list's item",
      (r) => delete r.IamRoleLambdaExecution.Properties.Policies[0].PolicyName,
      "IamRoleLambdaExecution.Policies[0].PolicyName: missing",
    ],
    [
      "a text where a list is due",
      (r) => (r.HttpApiAuthorizerSimple.Properties.IdentitySource = "$request.header.Authorization"),
      "HttpApiAuthorizerSimple.IdentitySource: must be a list",
    ],
    [
      "a word where a number is due",
      (r) => (r.AuthorizerApiGatewayAuthorizer.Properties.AuthorizerResultTtlInSeconds = "none"),
      "AuthorizerApiGatewayAuthorizer.AuthorizerResultTtlInSeconds: must be an integer",
    ],
    [
      "a value that is not allowed",
      (r) => (r.BackendLogGroup.Properties.RetentionInDays = 31),
      "BackendLogGroup.RetentionInDays: must be one of 1, 3, 5",
    ],
  ]

  test.each(rows)("goes red for %s", (_name, alter, problem) => {
    const altered = structuredClone(resources)
    alter(altered)
    expect(findTemplateProblems({ Resources: altered })).toEqual([expect.stringContaining(problem)])
  })

  test("ends with 1 and names each problem", async () => {
    const template = join(home, "template.json")
    await writeFile(template, JSON.stringify({ Resources: { Broken: { Type: "AWS::ApiGateway::Authorizer" } } }))
    await expect(run(process.execPath, [join(root, "scripts/check-template.ts"), template])).rejects.toMatchObject({
      code: 1,
      stderr: "Broken.Type: missing\nBroken.RestApiId: missing\nBroken.Name: missing\n",
    })
  })
})

function ofType(type: string): [name: string, resource: Resource][] {
  return Object.entries(resources).filter(([, { Type }]) => Type === type)
}

/** The names in a zip's central directory. */
function namesInZip(zip: Buffer): string[] {
  const names: string[] = []
  const header = Buffer.from([0x50, 0x4b, 0x01, 0x02])
  for (let at = zip.indexOf(header); at !== -1; at = zip.indexOf(header, at + header.length))
    names.push(zip.toString("utf8", at + 46, at + 46 + zip.readUInt16LE(at + 28)))
  return names
}
