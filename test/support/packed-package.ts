import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const run = promisify(execFile)
const root = fileURLToPath(new URL("../..", import.meta.url))
const sources = ["core", "workers", "lambda", "cli", "tsconfig.base.json", "tsconfig.package.json"]
const shipped = ["package.json", "authorizer.schema.json", "README.md", "LICENSE"]

/** The package as it would be published. */
export interface PackedPackage {
  /** Installs it into a folder, as `npm install edge-authorizer` does, without asking a registry. */
  installInto(folder: string): Promise<void>
  remove(): Promise<void>
}

/** Packs this checkout, in a copy of it: another test may be packing the checkout itself. */
export async function packPackage(): Promise<PackedPackage> {
  const copy = await mkdtemp(join(tmpdir(), "edge-authorizer-package-"))
  for (const name of [...sources, ...shipped]) await cp(join(root, name), join(copy, name), { recursive: true })
  await symlink(join(root, "node_modules"), join(copy, "node_modules"))
  const { stdout } = await run("npm", ["pack", "--json"], { cwd: copy, env: withThisNode() })
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf("[\n")))
  const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  // They come from our own node_modules, so that nothing has to be asked for.
  const packages = [join(copy, filename), ...(await installed(Object.keys(dependencies)))]
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--offline", "--install-links"]
  return {
    async installInto(folder) {
      await run("npm", ["install", ...quiet, ...packages], { cwd: folder, env: withThisNode() })
    },
    remove: () => rm(copy, { recursive: true, force: true }),
  }
}

/** Our environment, in which `node` is the Node that runs this: it reads TypeScript. */
export function withThisNode(): Record<string, string> {
  const own = process.env as Record<string, string>
  return { ...own, PATH: `${dirname(process.execPath)}:${own.PATH}` }
}

/** Where packages, and all that they depend on in turn, are installed in this checkout. */
export async function installed(names: readonly string[], from = root): Promise<string[]> {
  const folders = names.map((name) => {
    const own = join(from, "node_modules", name)
    return existsSync(own) ? own : join(root, "node_modules", name)
  })
  const below = await Promise.all(
    folders.map(async (folder) => {
      const { dependencies: further = {} } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"))
      return installed(Object.keys(further), folder)
    }),
  )
  return [...new Set([...folders, ...below.flat()])]
}
