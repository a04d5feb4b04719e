import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

/** Where Debian's Chromium lies, once it is unpacked. */
export const unpacked = fileURLToPath(new URL("../../node_modules/.cache/chromium/root", import.meta.url))

const limitMs = 240_000

/** Beside the system's fonts, if there are any, those that were unpacked: without any font a page is blank. */
const fonts = `<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`

/**
 * Unpacks Debian's Chromium, with what it needs and the system lacks, into a folder of this checkout. Touches nothing of the
 * system and needs no root. Rejects with what apt or dpkg wrote last. Several may run at once: the first to end wins.
 */
export async function installChromium(): Promise<void> {
  const cache = join(unpacked, "..")
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, "unpacking-"))
  try {
    const archives = join(folder, "archives")
    await download(folder, archives)
    const root = join(folder, "root")
    await mkdir(root)
    for (const name of await readdir(archives))
      if (name.endsWith(".deb")) await run("dpkg", ["-x", join(archives, name), root])
    await writeFile(join(root, "fonts.conf"), fonts)
    await rename(root, unpacked).catch((error: unknown) => {
      if (!existsSync(unpacked)) throw error
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** By the system's lists of packages or, where they are missing or out of date, by new ones that are kept apart from them. */
async function download(folder: string, archives: string): Promise<void> {
  const lists = join(folder, "lists")
  await mkdir(join(archives, "partial"), { recursive: true })
  await mkdir(join(lists, "partial"), { recursive: true })
  // The lock is the system's, which nothing here changes.
  const options = ["-q", "-y", "-o", "Debug::NoLocking=1", "-o", `Dir::Cache::archives=${archives}`]
  const ownLists = ["-o", `Dir::State::lists=${lists}`]
  const install = ["install", "--no-install-recommends", "--download-only", "chromium", "fonts-dejavu-core"]
  try {
    await run("apt-get", [...options, ...install])
  } catch {
    const update = ["-o", "APT::Update::Error-Mode=any", "update"]
    const refused = await run("apt-get", [...options, ...ownLists, ...update]).catch((error: Error) => error)
    await run("apt-get", [...options, ...ownLists, ...install]).catch((error: Error) => {
      throw refused ?? error
    })
  }
}

async function run(command: string, args: readonly string[]): Promise<undefined> {
  try {
    await promisify(execFile)(command, args, { timeout: limitMs, maxBuffer: 2 ** 24 })
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code: unknown; stdout?: string; stderr?: string }
    const last = `${stdout}\n${stderr}`.trim().split("\n").slice(-8).join("\n")
    throw new Error(code === "ENOENT" ? `there is no ${command} here` : `${command} ended with ${code}:\n${last}`)
  }
}
