import { createRequire } from "node:module"
import { resolve } from "node:path"

const require = createRequire(import.meta.url)

/** The script behind a command of an installed package. It is run by Node 24 itself: the `node` on the path may be older. */
export function commandFile(packageName: string, command: string): string {
  const manifest = `${packageName}/package.json`
  const { bin } = require(manifest) as { bin: Record<string, string> }
  const file = bin[command]
  if (file === undefined) throw new Error(`${packageName} has no command ${command}`)
  return resolve(require.resolve(manifest), "..", file)
}
