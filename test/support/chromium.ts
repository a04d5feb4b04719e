import { accessSync, constants, existsSync, globSync, statSync } from "node:fs"
import { delimiter, join } from "node:path"
import { type Browser, chromium } from "playwright-core"
import { installChromium, unpacked } from "./install-chromium.ts"

interface Program {
  readonly path: string
  readonly env: Readonly<Record<string, string>>
  /** Whether it can shut itself in. */
  readonly sandbox: boolean
}

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
const macPlaces = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]
const lookedFor = `CHROMIUM in the environment, ${names.join(", ")} on the PATH, and macOS's applications`
const mend = "Install Chromium or Chrome, or name one: CHROMIUM=/path/to/chrome"

/** Without a window, and asking nobody but the pages that it is sent to. */
const quiet = [
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
]

/**
 * A real browser: $CHROMIUM, one that is installed or, where apt-get can get it, Debian's own, unpacked within this checkout.
 * Rejects, and says what to do about it, where there is none.
 */
export async function launchChromium(): Promise<Browser> {
  const { path, env, sandbox } = findChromium() ?? (await unpackChromium())
  return chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env } as Record<string, string>,
    // Root can't have it. Nothing but pages of this checkout is opened.
    chromiumSandbox: sandbox && process.getuid?.() !== 0,
    args: quiet,
  })
}

function findChromium(): Program | null {
  const named = process.env.CHROMIUM
  if (named && !isProgram(named)) throw new Error(`CHROMIUM=${named} is no program. Name one, or unset it.`)
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean)
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  const path = named || [...places, ...macPlaces].find(isProgram)
  return path ? { path, env: {}, sandbox: true } : null
}

async function unpackChromium(): Promise<Program> {
  if (!existsSync(unpacked))
    await installChromium().catch((error: Error) => {
      throw new Error(`No browser: looked for ${lookedFor}; then for Debian's, but ${error.message}\n${mend}`)
    })
  const libraries = globSync("{usr/,}lib/{*-linux-gnu*,*-linux-gnu*/pulseaudio,chromium}", { cwd: unpacked })
  return {
    path: join(unpacked, "usr/lib/chromium/chromium"),
    env: {
      LD_LIBRARY_PATH: libraries.map((folder) => join(unpacked, folder)).join(delimiter),
      FONTCONFIG_FILE: join(unpacked, "fonts.conf"),
    },
    sandbox: false,
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
