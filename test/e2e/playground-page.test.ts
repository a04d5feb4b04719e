import { readFile } from "node:fs/promises"
import type { Browser, Locator, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { steps as stepsOfDecision } from "../../core/decision.ts"
import { launchChromium } from "../support/chromium.ts"
import { type Command, startCommand } from "../support/command.ts"
import { freePorts } from "../support/free-ports.ts"
import { type Look, openPlayground } from "../support/playground-page.ts"

// The playground as people meet it: `npm start`, and its page in a real browser.
let command: Command
let browser: Browser
let url: string

// A browser may have to be fetched.
beforeAll(async () => {
  const [port, issuer, origin, playground] = await freePorts(4)
  const options = ["--port", port, "--issuer-port", issuer, "--origin-port", origin, "--playground-port", playground]
  command = startCommand("npm", ["start", "--", ...options.map(String)])
  url = `http://127.0.0.1:${playground}`
  const launching = launchChromium().then((launched) => {
    browser = launched
  })
  await Promise.all([launching, command.waitFor("Ctrl-C stops everything")])
}, 300_000)
afterAll(async () => {
  await browser?.close()
  command?.destroy()
})

const wide: Look = { colorScheme: "light", width: 1280 }
const narrow: Look = { colorScheme: "dark", width: 390 }
const looks: readonly Look[] = [wide, { ...wide, width: 390 }, { ...narrow, width: 1280 }, narrow]

const open = (look = wide) => openPlayground(browser, url, look)

const letIn = { worker: 200, lambda: 200, outcome: "allow", failed: null }

/** Each flow with what becomes of the token that it comes to, as the page offers it: GET /orders as alice. */
const flows = [
  { flow: "Authorization Code", ...letIn },
  { flow: "Authorization Code with PKCE", ...letIn },
  {
    flow: "Implicit with Form Post",
    worker: 401,
    lambda: 401,
    outcome: "refuse",
    failed: "claims",
    says: "token_type",
  },
  { flow: "Hybrid", ...letIn },
  { flow: "Client Credentials", ...letIn },
  { flow: "Device Authorization", ...letIn },
  { flow: "Resource Owner Password", ...letIn },
  { flow: "Refresh Token Rotation", ...letIn },
  { flow: "DPoP-bound token", worker: 401, lambda: 401, outcome: "refuse", failed: "binding", says: "binding_missing" },
]

describe.each(looks)("$colorScheme, $width pixels wide", (look) => {
  test.concurrent.for(flows)("$flow: to a token, and to a decision at both edges", async (row) => {
    const { flow, failed, says = "", ...expected } = row
    await using shown = await open(look)
    await shown.chooseFlow(flow)
    expect(new Set(Object.values(await shown.steps()))).toEqual(new Set(["waiting"]))
    await shown.getToken()
    const steps = Object.values(await shown.steps())
    expect(steps).toEqual([...steps.slice(1).map(() => "done"), "waiting"])
    expect(await shown.token.inputValue()).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)

    const { checks, ...decided } = await shown.decide()
    expect(decided).toEqual(expected)
    expect(Object.values(await shown.steps())).toEqual([
      ...steps.slice(1).map(() => "done"),
      failed ? "failed" : "done",
    ])
    expect(checks).toEqual(checksUpTo(failed))
    expect(await shown.region("Decision").textContent()).toContain(says)
    expect(await shown.matchedLines()).toContain('{ path: "/orders", methods: ["GET"], scopes: ["read:orders"] }')
    expect(await shown.overhang()).toBe(0)
    expect(await shown.inaccessible()).toEqual([])
    expect(shown.troubles).toEqual([])
  })
})

/** All checks of a decision: those before one that failed have passed, those after it were not come to. */
function checksUpTo(failed: string | null): Record<string, string> {
  const all: readonly string[] = stepsOfDecision
  const end = failed === null ? all.length : all.indexOf(failed)
  const state = (index: number) => (index < end ? "passed" : index === end ? "failed" : "skipped")
  return Object.fromEntries(all.map((name, index) => [name, state(index)]))
}

describe("a request that is not as it should be", () => {
  test.for([
    { button: "Change the signature", failed: "signature", says: "signature_invalid" },
    { button: "Write a scope in", failed: "signature", says: "signature_invalid" },
    { button: "Set alg to none", failed: "issuer", says: "algorithm_not_allowed" },
    { button: "Cut it short", failed: "token", says: "token_malformed" },
  ])("$button: refused as $says; Restore makes it good again", async ({ button, failed, says }) => {
    await using shown = await open()
    await shown.getToken()
    const token = await shown.token.inputValue()
    await shown.button(button).click()
    expect(await shown.token.inputValue()).not.toBe(token)
    expect(await shown.decide()).toEqual({ worker: 401, lambda: 401, outcome: "refuse", checks: checksUpTo(failed) })
    expect(await shown.region("Decision").textContent()).toContain(says)
    await shown.button("Restore").click()
    expect(await shown.token.inputValue()).toBe(token)
    expect(await shown.decide()).toMatchObject({ worker: 200, lambda: 200, outcome: "allow" })
    expect(shown.troubles).toEqual([])
  })

  test("a token edited by hand is sent as it was left", async () => {
    await using shown = await open()
    await shown.getToken()
    await shown.token.press("End")
    await shown.token.pressSequentially(".x")
    expect(await shown.decide()).toMatchObject({ worker: 401, outcome: "refuse" })
    expect(await shown.region("Decision").textContent()).toContain("token_malformed")
  })

  test("nor does one that says what no issuer would keep the page from deciding", async () => {
    await using shown = await open()
    await shown.getToken()
    const [header, claims = "", signature] = (await shown.token.inputValue()).split(".")
    const edited = { ...JSON.parse(Buffer.from(claims, "base64url").toString()), permissions: null, sub: {} }
    await shown.token.fill([header, Buffer.from(JSON.stringify(edited)).toString("base64url"), signature].join("."))
    expect(await shown.decide()).toMatchObject({ worker: 401, lambda: 401, checks: checksUpTo("signature") })
    expect(await shown.page.getByText("for which user: {}").isVisible()).toBe(true)
    expect(shown.troubles).toEqual([])
  })

  test("a public path is open without a token, but not where API Gateway looks for one first", async () => {
    await using shown = await open()
    await shown.page.getByLabel("Path", { exact: true }).fill("/health")
    expect(await shown.decide()).toMatchObject({ worker: 200, lambda: 200, outcome: "allow" })
    expect(await shown.region("Worker").textContent()).toContain("none was sent")
    expect(await shown.region("Lambda").textContent()).toContain("API Gateway answers 401 by itself")
    await shown.page.getByLabel("API Gateway asks as").selectOption("rest-token")
    expect(await shown.decide()).toMatchObject({ worker: 200, lambda: 401, outcome: "allow" })
    expect(await shown.region("Lambda").textContent()).toContain("is not asked without a token")
    expect(await shown.page.getByText("Let in by the Worker, refused by API Gateway itself").isVisible()).toBe(true)
    expect(await shown.page.getByText("though the decision explained here").count()).toBe(0)
    expect(shown.troubles).toEqual([])
  })

  test("no token is met with a bare challenge", async () => {
    await using shown = await open()
    expect(await shown.decide()).toMatchObject({ worker: 401, lambda: 401, checks: { credentials: "failed" } })
    const worker = await shown.region("Worker").textContent()
    expect(worker).toMatch(/Bearer realm/)
    expect(worker).not.toContain("error=")
    expect(shown.troubles).toEqual([])
  })

  test("a path that no rule covers marks no rule", async () => {
    await using shown = await open()
    await shown.getToken()
    await shown.page.getByLabel("Path", { exact: true }).fill("/nowhere")
    expect(await shown.decide()).toMatchObject({ worker: 403, lambda: 403, checks: checksUpTo("route") })
    expect(await shown.region("Decision").textContent()).toContain("route_unknown")
    expect(await shown.matchedLines()).toBe("")
    expect(shown.troubles).toEqual([])
  })

  test("a scope that is lacking is named, as what would have been enough", async () => {
    await using shown = await open()
    await shown.getToken()
    await shown.page.getByLabel("Method", { exact: true }).selectOption("POST")
    expect(await shown.decide()).toMatchObject({ worker: 403, lambda: 403, checks: checksUpTo("requirements") })
    expect(await shown.region("Worker").textContent()).toContain('scope="write:orders"')
    expect(await shown.region("Decision").textContent()).toContain("write:orders")
    expect(await shown.matchedLines()).toContain('methods: ["POST"]')
  })

  test("a token without an audience is opaque, and the page says so", async () => {
    await using shown = await open()
    await shown.page.getByRole("checkbox", { name: "Ask for the API (audience)" }).uncheck()
    await shown.getToken()
    expect(await shown.token.inputValue()).not.toContain(".")
    expect(await shown.page.getByText("Opaque.").isVisible()).toBe(true)
    expect(await shown.page.getByText("No audience was asked for").isVisible()).toBe(true)
    expect(await shown.decide()).toMatchObject({ worker: 401, lambda: 401, checks: { token: "failed" } })
    expect(shown.troubles).toEqual([])
  })
})

describe("a flow that comes to no token", () => {
  test.each([
    { flow: "Authorization Code with PKCE", failed: ["callback", "code"] },
    { flow: "Device Authorization", failed: ["token-response"] },
    { flow: "Resource Owner Password", failed: ["token-response"] },
  ])("$flow, for an organization of others: the step that told is marked, and no token is left", async (row) => {
    await using shown = await open()
    await shown.getToken()
    await shown.chooseFlow(row.flow)
    await shown.getToken()
    expect(await shown.token.inputValue()).toMatch(/^eyJ/)
    await shown.page.getByLabel("User", { exact: true }).selectOption("bob")
    await shown.page.getByLabel("Organization", { exact: true }).selectOption({ label: "globex" })
    await shown.getToken()
    expect(await shown.page.getByRole("alert").textContent()).toMatch(/^No token\. access_denied: .*globex/)
    const steps = Object.entries(await shown.steps())
    expect(steps.filter(([, state]) => state === "failed").map(([step]) => step)).toEqual(row.failed)
    expect(await shown.token.inputValue()).toBe("")
    expect(shown.troubles).toEqual([])
  })
})

test("a decision is marked as the one before once the request is another", async () => {
  await using shown = await open()
  await shown.getToken()
  await shown.decide()
  const isOld = shown.page.getByText("this is the decision before")
  expect(await isOld.count()).toBe(0)
  await shown.page.getByLabel("Method", { exact: true }).selectOption("POST")
  expect(await isOld.count()).toBe(1)
  await shown.decide()
  expect(await isOld.count()).toBe(0)
})

describe("the issuer's controls", () => {
  test("after a rotation, tokens of the old key and of the new one are let in", async () => {
    await using shown = await open()
    await shown.getToken()
    const old = await shown.token.inputValue()
    expect(await shown.decide()).toMatchObject({ worker: 200, lambda: 200 })
    await shown.changeIssuer(() => shown.button("Rotate the keys").click())
    expect(await shown.decide()).toMatchObject({ worker: 200, lambda: 200 })
    await shown.getToken()
    expect(headerOf(await shown.token.inputValue()).kid).not.toBe(headerOf(old).kid)
    expect(await shown.decide()).toMatchObject({ worker: 200, lambda: 200, outcome: "allow" })
    const withdraw = shown.region("Issuer").getByRole("button", { name: /^Withdraw / })
    expect(await withdraw.count()).toBe(2)

    // The button goes away with its key; the focus does not.
    await withdraw.last().focus()
    await shown.changeIssuer(() => shown.page.keyboard.press("Enter"))
    expect(await withdraw.count()).toBe(1)
    expect(await shown.page.locator(":focus").textContent()).toBe("Keys")
    expect(shown.troubles).toEqual([])
  })

  test("while the issuer is down, known keys keep working, and a flow says what is wrong", async () => {
    await using shown = await open()
    const answers = (how: string) =>
      shown.changeIssuer(() => shown.page.getByRole("radio", { name: how, exact: true }).check())
    await shown.getToken()
    await answers("not at all")
    expect(await shown.decide()).toMatchObject({ worker: 200, lambda: 200, outcome: "allow" })
    await shown.getToken()
    expect(await shown.page.getByRole("alert").textContent()).toMatch(/^No token\. .*fetch failed/)
    expect(Object.values(await shown.steps())).toContain("failed")
    await answers("as it should")
    await shown.getToken()
    expect(await shown.page.getByRole("alert").count()).toBe(0)
    expect(await shown.decide()).toMatchObject({ worker: 200, lambda: 200 })
    expect(shown.troubles).toEqual([])
  })
})

describe("the page", () => {
  test("is used without a pointer, from the top to a decision", async () => {
    await using shown = await open()
    const { page, token, region, button } = shown
    await tabTo(page, page.getByRole("radio", { name: "Authorization Code with PKCE" }))
    await page.keyboard.press("ArrowUp")
    expect(await page.getByRole("radio", { name: "Authorization Code", exact: true }).isChecked()).toBe(true)
    await tabTo(page, button("Get a token"))
    await page.keyboard.press("Enter")
    await expect.poll(() => token.inputValue()).toMatch(/^eyJ/)

    // A step that has happened opens, and shows what was sent.
    const [last] = (await page.locator("[data-step] summary").all()).slice(-1)
    await tabTo(page, last ?? page.locator("[data-step] summary"))
    await page.keyboard.press("Enter")
    await page.locator("[data-step]").getByText("access_token", { exact: true }).waitFor()

    // What a claim means is told where the focus is.
    expect(await page.getByRole("tooltip").count()).toBe(0)
    await tabTo(page, button("aud"))
    expect(await page.getByRole("tooltip").textContent()).toContain("API")

    await tabTo(page, button("Decide"))
    await page.keyboard.press("Enter")
    await region("Worker").locator("[data-status='200']").waitFor()
    await region("Lambda").locator("[data-status='200']").waitFor()
    expect(await region("Decision").getAttribute("data-outcome")).toBe("allow")
    expect(shown.troubles).toEqual([])
  })

  test("shows the policy, and that both edges enforce it", async () => {
    await using shown = await open()
    const policy = shown.region("Policy")
    expect(await policy.locator("[data-policy]").getAttribute("data-policy")).toBe("ready")
    expect(await policy.textContent()).toContain("authorizer.config.ts")
    const source = await readFile(new URL("../../authorizer.config.ts", import.meta.url), "utf8")
    expect(await policy.getByRole("listitem").count()).toBe(source.trimEnd().split("\n").length)
    expect(await shown.matchedLines()).toBe("")
  })

  test("sets the edges side by side where there is room, and one below the other where there is none", async () => {
    const places = async (look: Look) => {
      await using shown = await open(look)
      await shown.getToken()
      await shown.decide()
      const boxes = await Promise.all(columns.map((name) => shown.region(name).boundingBox()))
      return boxes.map((box) => box ?? { x: 0, y: 0, width: 0, height: 0 })
    }
    const beside = await places(wide)
    expect(beside.map(({ x }) => x)).toEqual(beside.map(({ x }) => x).toSorted((a, b) => a - b))
    expect(new Set(beside.map(({ y }) => Math.round(y))).size).toBe(1)
    const below = await places(narrow)
    expect(new Set(below.map(({ x }) => Math.round(x))).size).toBe(1)
    for (const [index, { y, height }] of below.entries())
      expect(y + height).toBeLessThanOrEqual(below[index + 1]?.y ?? Infinity)
  })
})

const columns = ["Worker", "Decision", "Lambda"] as const

/** Presses Tab until something has the focus. Whatever has it on the way shows so. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let stops = 0; stops < 80; stops++) {
    await page.keyboard.press("Tab")
    const bare = await page.evaluate(
      '[...document.querySelectorAll(":focus")].filter((one) => getComputedStyle(one).outlineStyle === "none").map((one) => one.outerHTML)',
    )
    expect(bare).toEqual([])
    if ((await page.locator(":focus").and(wanted).count()) > 0) return
  }
  throw new Error(`Tab does not get to ${wanted}`)
}

function headerOf(token: string): { readonly kid: string } {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString())
}
