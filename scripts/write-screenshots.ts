import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import { launchChromium } from "../test/support/chromium.ts"
import { startCommand } from "../test/support/command.ts"
import { freePorts } from "../test/support/free-ports.ts"
import { type Look, openPlayground } from "../test/support/playground-page.ts"

// npm run build:screenshots: pictures of the playground, for the docs. They are taken when the page has changed; nothing compares them.
interface Picture {
  readonly file: string
  readonly look: Look
  readonly method: string
  /** The regions that it shows, where it doesn't show the whole page. */
  readonly parts?: readonly string[]
}

const light: Look = { colorScheme: "light", width: 1280 }
const dark: Look = { colorScheme: "dark", width: 1280 }
const phone: Look = { colorScheme: "light", width: 390 }
const pictures: readonly Picture[] = [
  { file: "playground-decision.png", look: light, method: "POST", parts: ["The decision"] },
  { file: "playground-light.png", look: light, method: "POST" },
  { file: "playground-dark.png", look: dark, method: "GET" },
  { file: "playground-phone.png", look: phone, method: "GET", parts: ["Get a token"] },
]
const margin = 24

/** What holds all of these regions, with a margin. */
async function around(page: Page, names: readonly string[]) {
  const boxes = await Promise.all(names.map((name) => page.getByRole("region", { name }).boundingBox()))
  const found = boxes.filter((box) => box !== null)
  // Boxes are measured from the window, pictures from the top of the page.
  const scrolled = await page.evaluate<number>("scrollY")
  const left = Math.min(...found.map(({ x }) => x)) - margin
  const top = Math.min(...found.map(({ y }) => y)) - margin
  const right = Math.max(...found.map(({ x, width }) => x + width)) + margin
  const bottom = Math.max(...found.map(({ y, height }) => y + height)) + margin
  return { x: left, y: top + scrolled, width: right - left, height: bottom - top }
}

const [port, issuer, origin, playground] = await freePorts(4)
const options = ["--port", port, "--issuer-port", issuer, "--origin-port", origin, "--playground-port", playground]
const command = startCommand("npm", ["start", "--", ...options.map(String)])
try {
  await command.waitFor("Ctrl-C stops everything")
  await using browser = await launchChromium()
  for (const { file, look, method, parts } of pictures) {
    await using shown = await openPlayground(browser, `http://127.0.0.1:${playground}`, look)
    await shown.getToken()
    await shown.page.getByLabel("Method", { exact: true }).selectOption(method)
    await shown.decide()
    const path = fileURLToPath(new URL(`../docs/${file}`, import.meta.url))
    const clip = parts && { clip: await around(shown.page, parts) }
    await shown.page.screenshot({ path, fullPage: true, animations: "disabled", ...clip })
    console.log(`docs/${file}`)
  }
} finally {
  command.signal("SIGINT")
  await command.ended
}
