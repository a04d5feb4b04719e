import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parse } from "yaml"
import { authorizersIn, templateWarnings } from "../../cli/check/template-authorizers.ts"
import { type ConfigInput, parseConfig } from "../../core/index.ts"
import { requestAccessToken, withForgedScope } from "../../dev/access-token.ts"
import { callThrough, type Kind } from "../../dev/gateway/api-gateway.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"
import { clientSecret } from "../../dev/issuer/tenant.ts"
import { findTemplateProblems } from "../../scripts/check-template.ts"
import { type Command, startCommand } from "../support/command.ts"
import { freePorts } from "../support/free-ports.ts"
import { type Guide, openGuide } from "../support/guide-folder.ts"
import { type LambdaRuntime, startLambdaRuntime } from "../support/lambda-runtime.ts"
import { tableRows } from "../support/markdown.ts"
import { type PackedPackage, packPackage } from "../support/packed-package.ts"
import { type PlainIssuer, startPlainIssuer } from "../support/plain-issuer.ts"

let packed: PackedPackage
let tenant: LocalIssuer

beforeAll(async () => {
  packed = await packPackage()
  tenant = await startIssuer()
})
afterAll(async () => {
  await Promise.all([packed.remove(), tenant.close()])
})

/** The pages' tenant is the local issuer. */
function withTenant(text: string): string {
  const domain = tenant.issuer.slice(0, -1)
  return text
    .replaceAll("doctor tenant.eu.auth0.com", `doctor ${tenant.issuer}`)
    .replaceAll("https://tenant.eu.auth0.com", domain)
    .replaceAll("tenant.eu.auth0.com", domain)
}

/** The only block of a page's commands or pieces of files in which a text stands. */
function block({ blocks }: Guide, part: string): string {
  const found = blocks.filter(({ language, text }) => language !== "text" && text.includes(part))
  expect(found).toHaveLength(1)
  return found[0]?.text ?? ""
}

describe("docs/guides/cloudflare.md", () => {
  let guide: Guide
  let dev: Command | undefined

  beforeAll(async () => {
    const [port] = await freePorts(1)
    const adapt = (text: string) => withTenant(text).replaceAll("8787", String(port))
    // Without the last two, wrangler reports its use and fetches a sample of request.cf.
    const env = {
      CLIENT_ID: "m2m",
      CLIENT_SECRET: clientSecret,
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
    }
    guide = await openGuide("cloudflare", { packed, adapt, env })
  })
  afterAll(async () => {
    dev?.destroy()
    await guide.remove()
  })

  test("the policy is checked", async () => {
    expect(await guide.run(block(guide, "edge-authorizer check"))).toMatchObject({ code: 0 })
  })

  test("both Workers run, and answer as the page shows", async () => {
    dev = startCommand("bash", ["-c", `cd ${guide.folder} && exec ${block(guide, "wrangler dev")}`], guide.env)
    await dev.waitFor("Ready on http://")
    const { code, output } = await guide.run(`${block(guide, "/oauth/token")}\n${block(guide, "bearer=")}`)
    const shown = guide.blocks.find(({ language }) => language === "text")?.text
    expect({ code, output }).toEqual({ code: 0, output: shown })
    // What the page says of a path that no rule covers.
    expect((await guide.run(`curl -s http://127.0.0.1:8787/nowhere`)).output).toContain("route_unknown")
  })

  test("both can be uploaded", async () => {
    const script = block(guide, "wrangler deploy").replaceAll("deploy", "deploy --dry-run")
    const { code, output } = await guide.run(script)
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("env.ORIGIN (orders)") })
  })
})

describe("docs/guides/aws.md", () => {
  let guide: Guide
  let runtime: LambdaRuntime | undefined

  beforeAll(async () => {
    guide = await openGuide("aws", { packed, adapt: withTenant })
  })
  afterAll(() => Promise.all([runtime?.close(), guide.remove()]))

  test("the function is bundled, and answers as the page shows", async () => {
    const { code, output } = await guide.run(block(guide, "npx esbuild"))
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("No problem, no warning") })
    const function_ = template("AWS::ApiGateway::Authorizer").Resources.Function?.Properties
    const [file, handlerName] = String(function_?.Handler).split(".")
    runtime = await startLambdaRuntime({
      bundle: join(guide.folder, String(function_?.Code), `${file}.mjs`),
      ...(handlerName !== undefined && { handlerName }),
      environment: { AUTH0_DOMAIN: tenant.issuer, AUTH0_AUDIENCE: tenant.audience },
    })
    expect(runtime.initError).toBeNull()

    const token = await requestAccessToken(tenant, "read:orders")
    const statuses = async (kind: Kind) => [
      await ask(kind, "GET", token),
      await ask(kind, "GET", withForgedScope(token, "write:orders")),
      await ask(kind, "POST", token),
    ]
    const rows = tableRows(guide.page, "Call")
    expect(await statuses("rest-request")).toEqual(rows.map(([, rest]) => Number(rest)))
    expect(await statuses("http-2.0")).toEqual(rows.map(([, , http]) => Number(http)))
  })

  async function ask(kind: Kind, method: string, token: string): Promise<number | undefined> {
    const call = { api: "a1b2c3", method, path: "/orders", headers: [["Authorization", `Bearer ${token}`]] as const }
    return runtime && (await callThrough(kind, call, runtime.invoke)).status
  }

  test.each(["AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"])(
    "the template is as CloudFormation specifies it, with %s",
    (type) => {
      const { Resources } = template(type)
      // "aws cloudformation package" writes where it has uploaded the folder to.
      Object.assign(Resources.Function?.Properties ?? {}, { Code: { S3Bucket: "bucket", S3Key: "key" } })
      expect(findTemplateProblems({ Resources })).toEqual([])
      const authorizers = authorizersIn(Resources)
      expect(authorizers).toHaveLength(1)
      expect(templateWarnings(authorizers, { apiGateway: { cacheKey: null } })).toEqual([])
    },
  )

  /** The page's template for one kind of API. */
  function template(type: string) {
    const [head = "", outputs] = block(guide, "# authorizer.yaml").split("Outputs:\n")
    const piece = block(guide, `Type: ${type}\n`)
    return parse(`${head}${piece}Outputs:\n${outputs}`) as {
      Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>
    }
  }
})

describe("docs/guides/auth0.md", () => {
  let guide: Guide

  beforeAll(async () => {
    guide = await openGuide("auth0", {
      packed,
      adapt: withTenant,
      env: { CLIENT_ID: "m2m", CLIENT_SECRET: clientSecret },
    })
  })
  afterAll(() => guide.remove())

  test("doctor prints what the page shows", async () => {
    const { code, output } = await guide.run(block(guide, "doctor"))
    const shown = guide.blocks.find(({ language }) => language === "text")?.text ?? ""
    expect({ code, output: plain(output) }).toEqual({ code: 0, output: plain(shown) })
  })

  test("the two values let a first token in", async () => {
    const { code, output } = await guide.run(`${block(guide, "/oauth/token")}\n${block(guide, "explain")}`)
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/✓ Allowed\n$/) })
  })

  // Bent values, as people write them; the token is the one from before.
  test.each([
    [
      "a scheme and a slash",
      "AUTH0_DOMAIN=https://tenant.eu.auth0.com/ AUTH0_AUDIENCE=https://api.example.com",
      "Allowed",
    ],
    ["an issuer as it is", "ISSUER=https://tenant.eu.auth0.com/ AUDIENCE=https://api.example.com", "Allowed"],
    [
      "an issuer without its slash",
      "ISSUER=https://tenant.eu.auth0.com AUDIENCE=https://api.example.com",
      "issuer_untrusted",
    ],
    ["another domain", "AUTH0_DOMAIN=login.example.com AUTH0_AUDIENCE=https://api.example.com", "issuer_untrusted"],
    ["a client's id", "AUTH0_DOMAIN=tenant.eu.auth0.com AUTH0_AUDIENCE=m2m", "audience_mismatch"],
  ])("is right about %s", async (_name, values, verdict) => {
    const { output } = await guide.run(`${values} npx edge-authorizer explain --token-file token.json GET /orders`)
    expect(output).toContain(verdict)
    if (verdict !== "Allowed") expect(slips().join()).toContain(`\`${verdict}\``)
  })

  // Of what is Auth0's, the name of the host alone can tell.
  test.each([
    [
      "The issuer in the policy without its slash",
      "ISSUER=https://a.auth0.com AUDIENCE=https://api.example.com",
      "Auth0's tokens ends in a slash",
    ],
    [
      "A client's id as the audience",
      "AUTH0_DOMAIN=a.auth0.com AUTH0_AUDIENCE=aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
      "looks like the id of a client",
    ],
    [
      "`ISSUER` with an Auth0 domain",
      "ISSUER=https://a.auth0.com/ AUDIENCE=https://api.example.com",
      'is an Auth0 tenant, and its profile is "oidc"',
    ],
  ])("check warns: %s", async (slip, values, warning) => {
    expect(tableRows(guide.page, "Slip").find(([name]) => name === slip)?.[1]).toContain("`check` warns")
    const { output } = await guide.run(`${values} npx edge-authorizer check`)
    expect(output.replaceAll(/\s+/g, " ")).toContain(warning)
  })

  test("two domains of one tenant are two issuers", () => {
    const piece = block(guide, "https://login.example.com/")
    const { issuers } = parseConfig(new Function(`return { ${piece} }`)() as ConfigInput)
    expect(issuers.map(({ profile }) => profile)).toEqual(["auth0", "auth0"])
  })

  function slips(): string[] {
    return tableRows(guide.page, "Slip").map(([, comes = ""]) => comes)
  }
})

describe("docs/guides/any-issuer.md", () => {
  let guide: Guide
  let plainIssuer: PlainIssuer

  beforeAll(async () => {
    plainIssuer = await startPlainIssuer({ audience: "https://api.example.com", scopes: ["read:orders"] })
    const adapt = (text: string) => text.replaceAll("https://login.example.com", plainIssuer.issuer)
    guide = await openGuide("any-issuer", { packed, adapt, env: { CLIENT_ID: "service", CLIENT_SECRET: "secret" } })
  })
  afterAll(() => Promise.all([plainIssuer.close(), guide.remove()]))

  test("doctor prints what the page shows, and what stands in its policy", async () => {
    const { code, output } = await guide.run(block(guide, "doctor"))
    const shown = guide.blocks.find(({ language }) => language === "text")?.text ?? ""
    expect({ code, output: plain(output) }).toEqual({ code: 0, output: plain(shown) })
    const [snippet = ""] = /^issuers: .*?^\}\],/ms.exec(output) ?? []
    expect(plain(block(guide, "// authorizer.config.ts"))).toContain(plain(snippet.replace('"oidc"', '"rfc9068"')))
  })

  test.each(["rfc9068", "oidc"])("a first token is let in, by the profile %s", async (profile) => {
    await guide.run(`sed -i 's/profile: "[a-z0-9]*"/profile: "${profile}"/' authorizer.config.ts`)
    const { code, output } = await guide.run(block(guide, "explain"))
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining(`profile "${profile}"`) })
  })

  test("doctor says what to write for a slash too many", async () => {
    const { code, output } = await guide.run(`npx edge-authorizer doctor ${plainIssuer.issuer}/`)
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(`"${plainIssuer.issuer}"`) })
  })
})

/** An output however it is wrapped, without what differs from run to run: addresses, times and the ids of keys. */
function plain(output: string): string {
  const domain = tenant.issuer.slice(0, -1)
  return output
    .replaceAll(`AUTH0_DOMAIN=${domain}`, "AUTH0_DOMAIN=tenant.eu.auth0.com")
    .replaceAll(domain, "https://tenant.eu.auth0.com")
    .replaceAll(/in \d+ ms/g, "in some ms")
    .replaceAll(/^\S{22,}(?= +RSA)/gm, "some-key")
    .replaceAll(/\s+/g, " ")
    .trim()
}
