import { access, readFile } from "node:fs/promises"
import { decodeJwt } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createAuthorizer, loadKeySet, type RouteInput } from "../../core/index.ts"
import type { IssuedToken } from "../../dev/flows/flow.ts"
import { flows } from "../../dev/flows/flows.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"
import type { TokenProfile } from "../../dev/issuer/token-shape.ts"
import { httpGet } from "../../lambda/http-get.ts"
import { blocksOf, tableRows } from "../support/markdown.ts"

const docs = new URL("../../docs/", import.meta.url)
const page = await readFile(new URL("flows.md", docs), "utf8")

/** A rule of the page, and what is said of it: a reason, or null where the flow's token is let in. */
interface PageRule {
  readonly text: string
  readonly reason: string | null
}

function rulesIn(code: string): PageRule[] {
  return code
    .trim()
    .split("\n")
    .map((line) => {
      const [, text = "", verdict = ""] = /^(\{ path: .+ \}), +\/\/ (.+)$/.exec(line) ?? expect.fail(line)
      return { text, reason: verdict.startsWith("let in") ? null : verdict.replace("refused: ", "") }
    })
}

const [own = "", strict = ""] = page.split("\n## Under RFC 9068\n")
const strictTitles = [...strict.matchAll(/^(.+):\n\n```ts$/gm)].map(([, title = ""]) => title)
const sections = [
  ...blocksOf(own).map(({ heading, text }) => ({ profile: "auth0" as TokenProfile, title: heading, text })),
  ...blocksOf(strict).map(({ text }, index) => ({
    profile: "rfc9068" as TokenProfile,
    title: strictTitles[index] ?? "",
    text,
  })),
]

let issuer: LocalIssuer

beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

test("has a section with a picture and rules for each flow", async () => {
  for (const { id, title } of flows) {
    expect(own).toMatch(new RegExp(`^## ${title}\n\n!\\[[^\\]]+\\]\\(flows/${id}\\.svg\\)$`, "m"))
    await access(new URL(`flows/${id}.svg`, docs))
  }
  expect(sections.filter(({ profile }) => profile === "auth0").map(({ title }) => title)).toEqual(
    flows.map(({ title }) => title),
  )
  for (const { text } of sections) expect(rulesIn(text).length).toBeGreaterThan(0)
})

describe.each(sections)("$title, profile $profile", ({ profile, title, text }) => {
  const flow = flows.find((one) => one.title === title)
  let tokens: readonly IssuedToken[]

  beforeAll(async () => {
    issuer.issueTokensAs(profile)
    const choices = { user: "alice", scope: "openid read:orders", withAudience: true, organization: null }
    tokens = (await flow?.run(issuer, choices, () => {})) ?? []
  })

  test.each(rulesIn(text))("$text", async ({ text, reason }) => {
    const route = new Function(`return ${text}`)() as RouteInput
    const policy = {
      issuers: [{ issuer: issuer.issuer, audiences: [issuer.audience], profile: "auth0" as const }],
      routes: [route],
    }
    const authorizer = createAuthorizer(policy, {
      now: () => Date.now(),
      loadKeySet: (source) => loadKeySet(source, httpGet, Date.now()),
    })
    const sent = tokens.filter(({ kind }) => kind === (flow?.id === "implicit-form-post" ? "id" : "access"))
    const alike = tokens.filter(({ kind }) => kind === "front-channel")
    expect(sent).toHaveLength(1)
    expect(alike).toHaveLength(flow?.id === "hybrid" ? 1 : 0)
    for (const { token } of [...sent, ...alike]) {
      const headers = { authorization: `Bearer ${token}` }
      const decision = await authorizer.authorize({ method: "GET", path: route.path, headers })
      expect("reason" in decision ? decision.reason : null).toBe(reason)
    }
  })
})

describe("the table at the top", () => {
  const rows = tableRows(page, "Flow").map(([link = "", , gets = "", sub = "", gty = ""]) => {
    const [, title = "", anchor = ""] = /^\[(.+)\]\(#(.+)\)$/.exec(link) ?? []
    return { title, anchor, gets, sub, gty: gty.replaceAll("`", "") }
  })

  test("has each flow", () => {
    expect(rows.map(({ title }) => title)).toEqual(flows.map(({ title }) => title))
    for (const { title, anchor } of rows) expect(anchor).toBe(title.toLowerCase().replaceAll(" ", "-"))
  })

  test.each(rows)("says what is in the token: $title", async ({ title, gets, sub, gty }) => {
    const flow = flows.find((one) => one.title === title)
    issuer.issueTokensAs("auth0")
    const choices = { user: "alice", scope: "openid read:orders", withAudience: true, organization: null }
    const tokens = (await flow?.run(issuer, choices, () => {})) ?? []
    const token = tokens.find(({ kind }) => kind === "access")?.token
    if (gets === "nothing") return expect(token).toBeUndefined()
    const claims = decodeJwt(token ?? "")
    expect("cnf" in claims).toBe(gets.includes("`cnf`"))
    if (sub === "as in its flow") return
    expect(claims.sub).toBe(sub === "the client" ? `${claims.azp}@clients` : "auth0|alice")
    expect(claims.gty ?? "none").toBe(gty)
  })

  test("is right about an audience that nobody asks for", async () => {
    const flow = flows.find(({ id }) => id === "pkce")
    const choices = { user: "alice", scope: "openid", withAudience: false, organization: null }
    const tokens = (await flow?.run(issuer, choices, () => {})) ?? []
    expect(tokens.find(({ kind }) => kind === "access")?.token.split(".")).toHaveLength(1)
  })
})
