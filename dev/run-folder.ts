import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Running } from "./run.ts"

/** The folder that holds package.json, with a slash at its end. */
export const root = fileURLToPath(new URL("..", import.meta.url))

/** Makes a folder inside one that git ignores, for whatever a tool writes; it is removed when the command ends. */
export function makeRunFolder({ resources, stopping }: Running, parent: ".wrangler" | ".serverless"): string {
  stopping.throwIfAborted()
  mkdirSync(root + parent, { recursive: true })
  const folder = mkdtempSync(`${root}${parent}/run-`)
  resources.defer(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The environment in which a tool takes a folder for its home, and leaves the user's and the system's temporary one alone. */
export function homeIn(folder: string) {
  return { HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder, TMPDIR: folder }
}
