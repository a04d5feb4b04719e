import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { parseConfig } from "../../core/index.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"
import { type CommandFolder, makeCommandFolder, unreadableLines } from "../support/command-folder.ts"
import { makeKey, type SigningIssuer, startSigningIssuer } from "../support/signing-issuer.ts"

const rsa = makeKey("rsa", { kid: "current", alg: "RS256" })
const open = makeKey("rsa", { kid: "open" })
const ec = makeKey("P-384", { kid: "ec" })
const weak = makeKey("rsa-1024", { kid: "weak" })
const encryption = makeKey("rsa", { kid: "enc", use: "enc" })

let issuer: SigningIssuer
let folder: CommandFolder

beforeAll(async () => {
  folder = await makeCommandFolder()
})
afterAll(() => folder.remove())
beforeEach(async () => {
  issuer = await startSigningIssuer([rsa])
})
afterEach(() => issuer.close())

async function doctor(address: string) {
  const ended = await folder.run(["doctor", address])
  expect(unreadableLines(ended.stdout)).toEqual([])
  return { ...ended, flat: ended.stdout.replaceAll(/\s+/g, " ") }
}

/** Answers with another discovery document, and with the ordinary keys. */
function describeAs(document: object): void {
  issuer.answer = (request, response) => {
    if (request.url?.endsWith("openid-configuration")) response.end(JSON.stringify(document))
    else issuer.answerOrdinarily(request, response)
  }
}

/** The issuers that the printed snippet comes to, read as JavaScript. */
function pasted(stdout: string) {
  const snippet = /issuers: \[\{.*?^\}\],/ms.exec(stdout)?.[0]
  return parseConfig(new Function(`return { ${snippet} }`)()).issuers
}

describe("an issuer that is well", () => {
  test("is shown with its exact name, keys, caching, and what to paste", async () => {
    issuer.keys = [rsa, ec, encryption]
    issuer.headers = { "cache-control": "public, max-age=15" }
    const { code, stdout, stderr } = await doctor(issuer.issuer)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toContain(`Issuer      ${issuer.issuer}\n`)
    expect(stdout).toMatch(/Discovery +http:\S+openid-configuration, in \d+ ms\n/)
    expect(stdout).toContain(`Keys        ${issuer.jwksUri}, in `)
    expect(stdout).toMatch(/ +3, of which 2 can be used\n/)
    expect(stdout).toMatch(/current +RSA 2048 bits +RS256 +✓\n/)
    expect(stdout).toMatch(/ec +EC P-384 +ES384 +✓\n/)
    expect(stdout).toMatch(/enc +RSA 2048 bits +passed over: is not for signatures\n/)
    // As key-limits-schema.ts has it: at least a minute between two refreshes.
    expect(stdout).toContain('"public, max-age=15", good for 15 seconds; the authorizer asks again after 60 seconds')
    expect(stdout).toMatch(/Clock +agrees with this machine's\n/)
    expect(stdout).toContain("✓ An authorizer can work with it\n")
    expect(pasted(stdout)).toMatchObject([{ issuer: issuer.issuer, algorithms: ["RS256", "ES384"], profile: "oidc" }])
    expect(stdout).not.toContain("ISSUER=")
  })

  test("is named by two values where these can say it all", async () => {
    const { stdout } = await doctor(issuer.issuer)
    expect(stdout).toContain(`\nISSUER=${issuer.issuer}\nAUDIENCE=https://api.example.com\n`)
  })

  test.each<[string, readonly string[] | undefined, readonly string[]]>([
    ["discovery says so", ["HS256", "PS256"], ["PS256"]],
    ["nobody says anything", undefined, ["RS256"]],
    ["discovery only names what no key can do", ["ES256"], ["RS256"]],
  ])("has the algorithms of keys that leave them open: %s", async (_name, supported, algorithms) => {
    issuer.keys = [open]
    const document = {
      issuer: issuer.issuer,
      jwks_uri: issuer.jwksUri,
      id_token_signing_alg_values_supported: supported,
    }
    describeAs(document)
    const { code, stdout } = await doctor(issuer.issuer)
    expect(code).toBe(0)
    expect(stdout).toContain("open: RS256, RS384, RS512, PS256, PS384, PS512")
    expect(pasted(stdout)).toMatchObject([{ algorithms }])
  })

  test.each<[string, number, RegExp]>([
    ["ahead", 60, /(?:5\d|60) seconds ahead of this machine's, and 5 are tolerated: set this machine's clock/],
    ["behind", -60, /(?:5\d|6\d) seconds behind this machine's, and 5 are tolerated/],
    ["a little ahead", 4, /Clock [1-4] seconds ahead of this machine's(?!,)/],
  ])("may have a clock that is %s", async (_name, seconds, text) => {
    issuer.answer = (request, response) => {
      response.setHeader("date", new Date(Date.now() + seconds * 1000).toUTCString())
      issuer.answerOrdinarily(request, response)
    }
    const { code, flat } = await doctor(issuer.issuer)
    expect(code).toBe(0)
    expect(flat).toMatch(text)
  })

  test("may answer from a cache, whose answers are as old as their Age", async () => {
    issuer.answer = (request, response) => {
      response.setHeader("date", new Date(Date.now() - 600_000).toUTCString())
      response.setHeader("age", "600")
      issuer.answerOrdinarily(request, response)
    }
    expect((await doctor(issuer.issuer)).stdout).toMatch(/Clock +agrees with this machine's\n/)
  })

  describe("and like Auth0", () => {
    let tenant: LocalIssuer

    beforeAll(async () => {
      tenant = await startIssuer()
    })
    afterAll(() => tenant.close())

    test("is found out to be that", async () => {
      const { code, stdout } = await doctor(tenant.issuer)
      expect(code).toBe(0)
      expect(pasted(stdout)).toMatchObject([{ issuer: tenant.issuer, profile: "auth0", algorithms: ["RS256"] }])
      expect(stdout).toContain(`AUTH0_DOMAIN=${tenant.issuer.slice(0, -1)}\nAUTH0_AUDIENCE=https://api.example.com\n`)
    })

    test("is found by its discovery document, too", async () => {
      const { code, stdout } = await doctor(`${tenant.issuer}.well-known/openid-configuration`)
      expect(code).toBe(0)
      expect(stdout).toContain(tenant.issuer)
    })
  })
})

describe("an issuer that can't be worked with", () => {
  const answer =
    (status: number, body: string, headers: Record<string, string> = {}) =>
    () => {
      issuer.answer = (_request, response) => void response.writeHead(status, headers).end(body)
    }
  const keysAnswer = (status: number, body: string) => () => {
    issuer.answer = (request, response) => {
      if (request.url?.endsWith("openid-configuration")) issuer.answerOrdinarily(request, response)
      else response.writeHead(status).end(body)
    }
  }

  test.each<[string, () => void, readonly (string | RegExp)[]]>([
    [
      "redirects",
      answer(301, "", { location: "/elsewhere" }),
      [/redirects to http:\/\/127\.0\.0\.1:\d+\/elsewhere \(301\)/, "no redirect is followed"],
    ],
    ["has nothing there", answer(404, ""), ["there is nothing at", "(404)", "spelt right"]],
    ["keeps it to itself", answer(403, ""), ["is not open to everybody (403)"]],
    ["is broken", answer(500, ""), ["answers 500"]],
    ["shows a web page", answer(200, "<!doctype html><html>"), ["with a web page, not with JSON"]],
    ["shows no JSON", answer(200, "{"), ["doesn't answer with a JSON object"]],
    [
      "gives no answer",
      () => {
        issuer.answer = () => {}
      },
      ["gives no answer within 3 seconds", "firewall"],
    ],
    [
      "hangs up",
      () => {
        issuer.answer = (request) => void request.destroy()
      },
      [/socket hang up|ECONNRESET/],
    ],
    [
      "has a placeholder for an issuer",
      () => describeAs({ issuer: "https://login.example/{tenantid}/v2.0?" }),
      ["which can't be one", "name one tenant"],
    ],
    ["names no issuer", () => describeAs({}), ["is missing, which can't be one"]],
    ["names no keys", () => describeAs({ issuer: issuer.issuer }), ["has no jwks_uri"]],
    [
      "has keys over plain http",
      () => describeAs({ issuer: issuer.issuer, jwks_uri: "http://keys.example/" }),
      ["over https only"],
    ],
    ["has no keys there", keysAnswer(404, ""), [/there is nothing at \S+jwks\.json \(404\)/]],
    ["has a web page for keys", keysAnswer(200, "<html>"), [/jwks\.json answers with a web page/]],
    ["has no list of keys", keysAnswer(200, "{}"), ["has no list of keys"]],
    [
      "has a key that is weak",
      () => {
        issuer.keys = [rsa, weak]
      },
      ["the key weak is too weak: RSA of 1024 bits", "have the issuer sign with another", 'algorithms: ["RS256"]'],
    ],
    [
      "has no key that can be used",
      () => {
        issuer.keys = [weak, encryption]
      },
      ["no usable key", "2, of which 0 can be used"],
    ],
  ])("%s", async (_name, prepare, texts) => {
    prepare()
    const { code, flat, stderr } = await doctor(issuer.issuer)
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
    expect(flat).toContain("✗ ")
    for (const text of texts) expect(flat).toMatch(text)
    expect(flat).not.toContain("✓ An authorizer")
  })

  test("has another name than it was called by, if only for a slash", async () => {
    const { code, flat, stdout } = await doctor(issuer.issuer.slice(0, -1))
    expect(code).toBe(1)
    expect(flat).toContain(`but ${issuer.issuer}, which differs in the slash at its end`)
    expect(flat).toContain(`→ write exactly "${issuer.issuer}"`)
    expect(pasted(stdout)).toMatchObject([{ issuer: issuer.issuer }])
  })

  test("has quite another name", async () => {
    describeAs({ issuer: "https://login.example.com/", jwks_uri: "https://127.0.0.1:1/keys" })
    const { code, flat } = await doctor(issuer.issuer)
    expect(code).toBe(1)
    expect(flat).toContain('→ write exactly "https://login.example.com/"')
    expect(flat).toContain("nothing listens at 127.0.0.1:1 (ECONNREFUSED)")
  })

  test("doesn't speak TLS", async () => {
    const { code, flat } = await doctor(new URL(issuer.issuer).host)
    expect(code).toBe(1)
    expect(flat).toContain("doesn't speak TLS")
  })

  test("is nowhere", async () => {
    const { code, flat } = await doctor("no-such-tenant.invalid")
    expect(code).toBe(1)
    expect(flat).toMatch(/the name no-such-tenant\.invalid can't be resolved \(DNS, E\w+\)/)
  })

  test("is not listening", async () => {
    const server: Server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const { code, flat } = await doctor(`http://127.0.0.1:${port}/`)
    expect(code).toBe(1)
    expect(flat).toContain(`nothing listens at 127.0.0.1:${port} (ECONNREFUSED)`)
  })
})

test.each<[string, string, RegExp]>([
  ["plain http", "http://tenant.example/", /plain http is for this machine's loopback alone/],
  ["a place of secrets", "https://169.254.169.254/", /must be a domain or an https URL/],
  ["a query", "https://tenant.example/?a=b", /must be a domain or an https URL/],
  ["no domain", "a b", /must be a domain or an https URL/],
])("asks nobody at %s", async (_name, address, message) => {
  const { code, stdout, stderr } = await doctor(address)
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
  expect(stderr).toMatch(message)
})

test("tells how it is used", async () => {
  const { code, stdout } = await folder.run(["doctor", "--help"])
  expect(code).toBe(0)
  expect(stdout).toContain("Examples:\n  edge-authorizer doctor tenant.eu.auth0.com\n")
  expect(await folder.run(["doctor"])).toMatchObject({ code: 2 })
})

test("a token in the place of an issuer is neither shown nor looked up", async () => {
  const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw"
  const { code, stdout, stderr } = await folder.run(["doctor", token])
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
  expect(stderr).toContain("this is a token; name the issuer by its domain or URL")
  expect(stderr).not.toContain("c2lnbmF0dXJl")
})
