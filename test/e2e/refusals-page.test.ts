import { readFile } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type ConfigInput, reasons } from "../../core/index.ts"
import { requestAccessToken, withForgedScope } from "../../dev/access-token.ts"
import type { FlowChoices, IssuedToken } from "../../dev/flows/flow.ts"
import { flows } from "../../dev/flows/flows.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"
import { type CommandFolder, makeCommandFolder } from "../support/command-folder.ts"
import { blocksOf, tableRows } from "../support/markdown.ts"
import { makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"

const page = await readFile(new URL("../../docs/refusals.md", import.meta.url), "utf8")
const rows = tableRows(page, "What happened").map(([what = "", reason = "", says = "", mend = ""]) => ({
  what,
  reason: reason.replaceAll("`", ""),
  says,
  mend,
}))

const routes: ConfigInput["routes"] = [
  { path: "/health", access: "public" },
  { path: "/whoami" },
  { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
  { path: "/orders", methods: ["POST"], scopes: ["write:orders"] },
  { path: "/orders/:id", methods: ["PUT"], permissions: ["write:orders"] },
  { path: "/orders/:id/refund", methods: ["POST"], stepUp: { maxAgeSeconds: 300 } },
  { path: "/profile", principal: "user" },
  { path: "/cards", refusedGrantTypes: ["password"] },
  { path: "/acme/**", organization: "org_acme" },
]

/** What is asked, by whom; of the policy, what differs from a tenant that is set up well. */
interface Attempt {
  readonly token?: string
  readonly header?: string
  readonly request?: readonly [method: string, path: string]
  readonly issuer?: Partial<NonNullable<ConfigInput["issuers"]>[number]>
  readonly at?: string
}

const key = makeKey("rsa", { kid: "current", alg: "RS256" })
let tenant: LocalIssuer
let signer: SigningIssuer
let folder: CommandFolder

beforeAll(async () => {
  tenant = await startIssuer()
  signer = await startSigningIssuer([key])
  folder = await makeCommandFolder()
})
afterAll(async () => {
  signer.close()
  await Promise.all([tenant.close(), folder.remove()])
})

// Each row of the page, brought about. Where the local issuer is too well set up for it, a token is signed by hand.
const attempts: Readonly<Record<string, () => Promise<Attempt>>> = {
  "No token was sent": async () => ({}),
  "`Bearer` was forgotten": async () => ({ header: `Authorization: ${await machine()}` }),
  "The token is in quotes": async () => ({ header: `Authorization: Bearer "${await machine()}"` }),
  "The client asked for no audience": async () => ({ token: await ofFlow("pkce", { withAudience: false }) }),
  "The ID token was sent": async () => ({ token: await ofFlow("implicit-form-post", {}, "id") }),
  "The token is of another tenant, or of the tenant's other domain": async () => ({
    token: await machine(),
    issuer: { issuer: "https://login.example.com/" },
  }),
  "The issuer in the policy lacks the slash at its end": async () => ({
    token: await machine(),
    issuer: { issuer: tenant.issuer.slice(0, -1) },
  }),
  "The tenant signs with HS256": async () => byHand({}, { alg: "HS256" }),
  "The key was withdrawn, or another tenant has it": async () => {
    const token = await machine()
    await tenant.rotate("RS256", { keepOld: false })
    return { token }
  },
  "The token was edited, or cut off": async () => ({ token: withForgedScope(await machine(), "write:orders") }),
  "The token expired": async () => ({ token: await machine(), at: inDays(2) }),
  "The clocks differ": async () => {
    tenant.skewClock(600)
    const token = await machine()
    tenant.skewClock(0)
    return { token }
  },
  "The token is for another API": async () => ({
    token: await machine(),
    issuer: { audiences: ["https://billing.example.com"] },
  }),
  "The token has no audience at all": async () => byHand({ aud: undefined }),
  "The policy asks for `rfc9068`, and the tenant has Auth0's profile": async () => ({
    token: await machine(),
    issuer: { profile: "rfc9068" },
  }),
  "The token is bound to a key (DPoP, mTLS)": async () => ({ token: await ofFlow("dpop") }),
  "The scope was not asked for, or not granted": async () => ({ token: await machine(), request: ["POST", "/orders"] }),
  "The tenant doesn't add permissions": async () => ({
    ...byHand({ scope: "write:orders" }),
    request: ["PUT", "/orders/7"],
  }),
  "A machine calls what is for users": async () => ({ token: await machine(), request: ["GET", "/profile"] }),
  "The token is from a grant that is refused": async () => ({
    token: await ofFlow("password"),
    request: ["GET", "/cards"],
  }),
  "The token is for another organization": async () => ({
    token: await ofFlow("pkce", { organization: "org_globex" }),
    request: ["GET", "/acme/orders"],
  }),
  "The login was too long ago": async () => ({
    ...byHand({ auth_time: now() - 3600 }),
    request: ["POST", "/orders/7/refund"],
  }),
  "No rule covers the path": async () => ({ token: await machine(), request: ["GET", "/orders/7/items"] }),
  "No rule covers the method": async () => ({ token: await machine(), request: ["DELETE", "/orders/7"] }),
  "The path can be read in two ways": async () => ({ token: await machine(), request: ["GET", "/orders//7"] }),
  "The issuer is down": async () => {
    const token = await machine()
    return { token, issuer: { jwksUri: "http://127.0.0.1:1/.well-known/jwks.json" } }
  },
}

describe("the table of docs/refusals.md", () => {
  test("has the rows that are brought about here", () => {
    expect(rows.map(({ what }) => what).sort()).toEqual(Object.keys(attempts).sort())
  })

  test.each(rows)("$what", async ({ what, reason, says, mend }) => {
    const { code, stdout } = await explain((await attempts[what]?.()) ?? expect.fail("nobody brings it about"))
    expect(code).toBe(1)
    const [, found] = /^Reason +(\w+):/m.exec(stdout) ?? []
    expect(found).toBe(reason)
    expect(reasons).toHaveProperty(reason)
    expect(plain(failure(stdout))).toBe(plain(says))
    expect(mend).not.toBe("")
  })
})

test("the explanation on docs/refusals.md is what is printed", async () => {
  const shown = blocksOf(page).find(({ language }) => language === "text")?.text ?? ""
  const { stdout } = await explain((await attempts["The tenant doesn't add permissions"]?.()) ?? {})
  expect(plain(stdout)).toBe(plain(shown))
})

test("its statuses are those of the table of reasons", () => {
  const said = tableRows(page, "Status").flatMap(([status = "", names = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, reason]) => [reason, Number(status.slice(0, 3))]),
  )
  expect(Object.fromEntries(said)).toEqual(
    Object.fromEntries(Object.entries(reasons).map(([reason, { status }]) => [reason, status])),
  )
})

async function explain({ token, header, request = ["GET", "/orders"], issuer = {}, at }: Attempt) {
  const standard = { issuer: tenant.issuer, audiences: [tenant.audience], profile: "auth0" } as const
  const policy: ConfigInput = {
    issuers: [{ ...standard, jwksUri: `${tenant.issuer}.well-known/jwks.json`, ...issuer }],
    routes,
  }
  await folder.write("policy.json", policy)
  const options = [
    ...(header === undefined ? [] : ["-H", header]),
    ...(token === undefined ? [] : ["--token-file", "-"]),
    ...(at === undefined ? [] : ["--at", at]),
  ]
  return folder.run(["explain", "--config", "policy.json", ...options, ...request], { stdin: token ?? "" })
}

/** The text beside the step that failed. What follows it is how each part of a rule fared. */
function failure(stdout: string): string {
  const [, text = ""] = /^✗ {2}\w+ +(.*?)(?=\n {10,}[✓✗] |\n\n)/ms.exec(stdout) ?? []
  return text
}

/** Without what differs from run to run, and however it is wrapped: addresses, times and the ids of keys. */
function plain(text: string): string {
  return text
    .replaceAll(tenant.issuer, "https://tenant.eu.auth0.com/")
    .replaceAll(signer.issuer, "https://tenant.eu.auth0.com/")
    .replaceAll("http://127.0.0.1:1/", "https://tenant.eu.auth0.com/")
    .replaceAll(/ECONNREFUSED \S+/g, "ECONNREFUSED")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z(?: \([^)]*\))?/g, "<time>")
    .replaceAll(/kid,\s+"[^"]+"/g, "kid, <kid>")
    .replaceAll(/\s+/g, " ")
    .trim()
}

function machine(): Promise<string> {
  return requestAccessToken(tenant, "read:orders")
}

async function ofFlow(
  id: string,
  choices: Partial<FlowChoices> = {},
  kind: IssuedToken["kind"] = "access",
): Promise<string> {
  const flow = flows.find((one) => one.id === id) ?? expect.fail(`no flow ${id}`)
  const usual = { user: "alice", scope: "openid read:orders", withAudience: true, organization: null }
  const tokens = await flow.run(tenant, { ...usual, ...choices }, () => {})
  return tokens.find((one) => one.kind === kind)?.token ?? expect.fail(`${id} gave no ${kind} token`)
}

/** A token as no well-kept tenant gives it out. */
function byHand(claims: object, header: object = {}): Attempt {
  const standard = {
    iss: signer.issuer,
    sub: "auth0|alice",
    aud: tenant.audience,
    azp: "spa",
    iat: now(),
    exp: now() + 3600,
  }
  const token = signJws(
    key.privateKey,
    "RS256",
    { alg: "RS256", typ: "JWT", kid: "current", ...header },
    { ...standard, ...claims },
  )
  return { token, issuer: { issuer: signer.issuer, jwksUri: signer.jwksUri } }
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString()
}
