import axe from "axe-core"
import type { Browser, Locator, Page } from "playwright-core"

export interface Look {
  readonly colorScheme: "light" | "dark"
  readonly width: number
  readonly deviceScaleFactor?: number
}

/** What the page shows of a call that was decided. */
export interface ShownDecision {
  readonly worker: number
  readonly lambda: number
  readonly outcome: string | null
  /** Each check of the decision, in order, with "passed", "failed" or "skipped". */
  readonly checks: Readonly<Record<string, string>>
}

/** Somebody at the playground's page, who finds things by their roles and names. */
export interface PlaygroundPage extends AsyncDisposable {
  readonly page: Page
  /** What should never be: errors and warnings of the page, failed requests, and requests to anybody else. */
  readonly troubles: readonly string[]
  region(name: "Worker" | "Decision" | "Lambda" | "Policy" | "Issuer"): Locator
  button(name: string): Locator
  /** The token that is about to be sent. */
  readonly token: Locator
  chooseFlow(title: string): Promise<void>
  /** Presses the button, and waits until the flow has ended, one way or the other. */
  getToken(): Promise<void>
  decide(): Promise<ShownDecision>
  /** Does something about the issuer, and waits until that is done and shown. */
  changeIssuer(act: () => Promise<unknown>): Promise<void>
  /** The steps of the flow in order, with "waiting", "done" or "failed". */
  steps(): Promise<Readonly<Record<string, string>>>
  /** The lines of the policy that are marked as the rule that matched. */
  matchedLines(): Promise<string>
  /** By how much the page is too wide for its window. */
  overhang(): Promise<number>
  /** What axe-core objects to: its impact, its rule and where. */
  inaccessible(): Promise<readonly string[]>
}

export async function openPlayground(browser: Browser, url: string, look: Look): Promise<PlaygroundPage> {
  const { colorScheme, width, deviceScaleFactor = 1 } = look
  const viewport = { width, height: 900 }
  // What moves is measured where it is at the time.
  const page = await browser.newPage({ colorScheme, deviceScaleFactor, viewport, reducedMotion: "reduce" })
  page.setDefaultTimeout(20_000)
  const troubles: string[] = []
  page.on("console", (line) => {
    if (["error", "warning"].includes(line.type())) troubles.push(`${line.type()}: ${line.text()}`)
  })
  page.on("pageerror", (error) => troubles.push(String(error)))
  page.on("requestfailed", (request) => {
    const { errorText = "" } = request.failure() ?? {}
    // Chromium may say so of an answer that was read to its end, piece by piece.
    if (errorText !== "net::ERR_ABORTED") troubles.push(`${request.url()}: ${errorText}`)
  })
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== url) troubles.push(`asked another: ${request.url()}`)
  })
  page.on("response", (response) => {
    if (response.status() >= 400) troubles.push(`${response.url()}: ${response.status()}`)
  })
  await page.goto(url)

  const button = (name: string) => page.getByRole("button", { name, exact: true })
  await button("Get a token").waitFor()
  const region = (name: string) => page.getByRole("region", { name, exact: true })
  async function untilAnswered(path: string, act: () => Promise<unknown>): Promise<void> {
    const [response] = await Promise.all([page.waitForResponse((one) => one.url().startsWith(url + path)), act()])
    if (path === "/api/issuer") await response.finished()
    await page.getByText("Under way…").waitFor({ state: "detached" })
  }

  return {
    page,
    troubles,
    region,
    button,
    token: page.getByRole("textbox", { name: "Token", exact: true }),
    async chooseFlow(title) {
      await page.getByRole("radio", { name: title, exact: true }).check()
    },
    async getToken() {
      await untilAnswered("/api/flows/", () => button("Get a token").click())
    },
    async decide() {
      await untilAnswered("/api/decide", () => button("Decide").click())
      const status = async (name: string) =>
        Number(await region(name).locator("[data-status]").first().getAttribute("data-status"))
      return {
        worker: await status("Worker"),
        lambda: await status("Lambda"),
        outcome: await region("Decision").getAttribute("data-outcome"),
        checks: await states(region("Decision"), "data-check"),
      }
    },
    async changeIssuer(act) {
      await untilAnswered("/api/issuer", act)
    },
    steps: () => states(page.getByRole("list", { name: "What happens" }), "data-step"),
    async matchedLines() {
      return (await region("Policy").locator("[data-matched]").allTextContents()).join("\n")
    },
    overhang: () => page.evaluate<number>("document.scrollingElement.scrollWidth - innerWidth"),
    async inaccessible() {
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run({ resultTypes: ["violations"] })')
      return violations.map(
        ({ impact, id, nodes }) => `${impact}: ${id}: ${nodes.map(({ target }) => target).join(", ")}`,
      )
    },
    [Symbol.asyncDispose]: () => page.close(),
  }
}

/** The states of listed things, by the name that an attribute gives them. */
async function states(within: Locator, attribute: string): Promise<Record<string, string>> {
  const items = await within.locator(`[${attribute}][data-state]`).all()
  const pairs = items.map((item) => Promise.all([item.getAttribute(attribute), item.getAttribute("data-state")]))
  return Object.fromEntries(await Promise.all(pairs))
}
