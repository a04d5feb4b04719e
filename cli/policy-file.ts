import { access } from "node:fs/promises"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { ConfigInput } from "../core/index.ts"
import { CommandError } from "./command-error.ts"

/**
 * Reads a policy from the module that exports it by default.
 *
 * @throws CommandError if there is no such file, if it can't be imported, or if it has no default export.
 */
export async function readPolicy(file: string): Promise<ConfigInput> {
  const path = resolve(file)
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  if (!exists) throw new CommandError(`${file}: there is no such file; name the policy with --config`)
  const module: { default?: ConfigInput } = await import(pathToFileURL(path).href).catch((error: Error) => {
    const isTypeScript = "code" in error && error.code === "ERR_UNKNOWN_FILE_EXTENSION"
    const remedy = isTypeScript ? "; this Node can't read TypeScript, 22.18 and later can" : ""
    throw new CommandError(`${file}: ${error.message}${remedy}`)
  })
  if (!module.default) throw new CommandError(`${file}: has no default export; write "export default defineConfig(…)"`)
  return module.default
}
