import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Block, blocksOf } from "./markdown.ts"
import { type PackedPackage, withThisNode } from "./packed-package.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** A guide of docs/guides, as somebody follows it in an empty folder. */
export interface Guide {
  readonly folder: string
  readonly page: string
  /** Its blocks of code, for this machine. */
  readonly blocks: readonly Block[]
  /** The environment of its commands, whose home is in the folder. */
  readonly env: Record<string, string>
  /** Runs a script of the page's in the folder. */
  run(script: string): Promise<{ readonly code: number; readonly output: string }>
  write(file: string, text: string): Promise<void>
  remove(): Promise<void>
}

/**
 * Begins to follow a guide: writes the files that its blocks of code name in their first lines, and installs what it says. `adapt` puts
 * what there is on this machine in the place of what the page names: a tenant, a port. The package is installed from its tarball;
 * tools, such as wrangler, are those of this checkout.
 */
export async function openGuide(
  name: string,
  { packed, adapt, env = {} }: { packed: PackedPackage; adapt(text: string): string; env?: Record<string, string> },
): Promise<Guide> {
  const page = await readFile(join(root, "docs/guides", `${name}.md`), "utf8")
  const blocks = blocksOf(page).map((block) => ({ ...block, text: adapt(block.text) }))
  const folder = await mkdtemp(join(tmpdir(), `guide-${name}-`))
  const home = join(folder, ".home")
  const environment = { ...withThisNode(), NO_COLOR: "1", HOME: home, XDG_CONFIG_HOME: home, ...env }

  for (const { text } of blocks) {
    const file = fileNameOf(text)
    if (file !== null) await write(file, text)
  }
  for (const { text } of blocks)
    for (const [, words = ""] of text.matchAll(/^npm install (.+)$/gm))
      await install(words.split(" ").filter((word) => !word.startsWith("-")))
  for (const { text } of blocks)
    for (const [command] of text.matchAll(/^npm pkg .+$/gm))
      await promisify(execFile)("sh", ["-c", command], { cwd: folder, env: environment })

  return {
    folder,
    page,
    blocks,
    env: environment,
    write,
    async run(script) {
      const running = promisify(execFile)("bash", ["-c", `exec 2>&1; set -e\n${adapt(script)}`], {
        cwd: folder,
        env: environment,
      })
      const ended = await running.catch((error: { code: number; stdout: string }) => error)
      return { code: "code" in ended ? ended.code : 0, output: ended.stdout }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }

  async function write(file: string, text: string): Promise<void> {
    await mkdir(join(folder, dirname(file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }

  async function install(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (name === "edge-authorizer") {
        await packed.installInto(folder)
        continue
      }
      await mkdir(join(folder, "node_modules/.bin"), { recursive: true })
      for (const part of [name, `.bin/${name}`])
        await symlink(join(root, "node_modules", part), join(folder, "node_modules", part))
    }
  }
}

/** The file that a block of code names in its first line; null for a command, an output, or a piece of a file. */
function fileNameOf(text: string): string | null {
  return /^(?:#|\/\/) (\S+\.\w+)\n/.exec(text)?.[1] ?? null
}
