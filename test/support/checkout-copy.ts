import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** A copy of all that `npm start` runs, in a folder for temporary files: its policy can be edited. */
export interface CheckoutCopy {
  readonly folder: string
  readPolicy(): Promise<string>
  /** In place, as most editors do, or by another file that takes its name. */
  writePolicy(text: string, how?: "in place" | "by another file"): Promise<void>
  remove(): Promise<void>
}

const root = fileURLToPath(new URL("../..", import.meta.url))
const needed = [
  "authorizer.config.ts",
  "cli",
  "core",
  "dev",
  "lambda",
  "package.json",
  "scripts",
  "tsconfig.base.json",
  "workers",
  "wrangler.toml",
]

export async function copyCheckout(): Promise<CheckoutCopy> {
  const folder = await mkdtemp(join(tmpdir(), "edge-authorizer-"))
  await Promise.all(needed.map((name) => cp(join(root, name), join(folder, name), { recursive: true })))
  await symlink(join(root, "node_modules"), join(folder, "node_modules"))
  const policy = join(folder, "authorizer.config.ts")
  return {
    folder,
    readPolicy: () => readFile(policy, "utf8"),
    async writePolicy(text, how = "in place") {
      if (how === "in place") return writeFile(policy, text)
      await writeFile(`${policy}~`, text)
      await rename(`${policy}~`, policy)
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
