import { fileURLToPath } from "node:url"
import { launchChromium } from "../test/support/chromium.ts"
import { startCommand } from "../test/support/command.ts"
import { freePorts } from "../test/support/free-ports.ts"
import { type Look, openPlayground } from "../test/support/playground-page.ts"

// npm run build:screenshots: pictures of the playground, for the docs. They are taken when the page has changed; nothing compares them.
interface Picture {
  readonly file: string
  readonly look: Look
  readonly method: string
  /** A part of the page, where not all of it is meant. */
  readonly part?: string
}

const light: Look = { colorScheme: "light", width: 1280 }
const pictures: readonly Picture[] = [
  { file: "playground-decision.png", look: light, method: "POST", part: "The decision" },
  { file: "playground-light.png", look: light, method: "POST" },
  { file: "playground-dark.png", look: { colorScheme: "dark", width: 1280 }, method: "GET" },
  { file: "playground-phone.png", look: { colorScheme: "light", width: 390 }, method: "GET" },
]

const [port, issuer, origin, playground] = await freePorts(4)
const options = ["--port", port, "--issuer-port", issuer, "--origin-port", origin, "--playground-port", playground]
const command = startCommand("npm", ["start", "--", ...options.map(String)])
try {
  await command.waitFor("Ctrl-C stops everything")
  await using browser = await launchChromium()
  for (const { file, look, method, part } of pictures) {
    await using shown = await openPlayground(browser, `http://127.0.0.1:${playground}`, look)
    await shown.getToken()
    await shown.page.getByLabel("Method", { exact: true }).selectOption(method)
    await shown.decide()
    const path = fileURLToPath(new URL(`../docs/${file}`, import.meta.url))
    if (part === undefined) await shown.page.screenshot({ path, fullPage: true, animations: "disabled" })
    else await shown.page.getByRole("region", { name: part }).screenshot({ path, animations: "disabled" })
    console.log(`docs/${file}`)
  }
} finally {
  command.signal("SIGINT")
  await command.ended
}
