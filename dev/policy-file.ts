import { type FSWatcher, watch } from "node:fs"
import { readFile } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { setTimeout } from "node:timers/promises"
import { type BuildFailure, build } from "esbuild"
import type { ConfigInput } from "../core/index.ts"
import type { Running } from "./run.ts"
import { root } from "./run-folder.ts"

/** The policy file as it stands at one time. */
export type PolicyVersion = { readonly source: string } & (
  | { readonly policy: ConfigInput }
  /** It can't be read as a policy, and why: with the line where that is known. */
  | { readonly problem: string }
)

/** The policy file of this checkout, watched. */
export interface PolicyFile {
  readonly name: string
  /** As it stood when it was opened. */
  readonly first: PolicyVersion
  /** Has the file as it stands now handed over, and as it stands after each change. */
  follow(listener: (version: PolicyVersion) => void): void
}

const name = "authorizer.config.ts"
/** Longer than any policy takes that is made of plain data, and soon enough to be told that one waits for something. */
const patienceMilliseconds = 5000

/** Reads the policy file, and again whenever it or what it imports has changed. The policy is not checked yet. */
export async function openPolicyFile({ resources, stopping }: Running): Promise<PolicyFile> {
  const watchers = new Map<string, FSWatcher>()
  resources.defer(() => {
    for (const watcher of watchers.values()) watcher.close()
  })
  let tell: (version: PolicyVersion) => void = () => {}
  let current: PolicyVersion = { source: "", problem: "" }
  let isReading = false
  let isChanged = false

  // The folders, as an editor may put another file in the place of the one that is watched.
  function watchFolders(files: readonly string[]): void {
    for (const folder of new Set(files.map(dirname)))
      if (!watchers.has(folder) && !stopping.aborted)
        watchers.set(
          folder,
          watch(folder, () => void readAll()),
        )
  }

  // What changes while the file is read is read after that, so that the last word is the file's.
  async function readAll(): Promise<void> {
    isChanged = true
    if (isReading) return
    isReading = true
    try {
      while (isChanged) {
        isChanged = false
        const { files, ...version } = await readVersion()
        watchFolders(files)
        current = version
      }
    } finally {
      isReading = false
    }
    tell(current)
  }

  watchFolders([`${root}${name}`])
  await readAll()
  return {
    name,
    first: current,
    follow(listener) {
      tell = listener
      listener(current)
    },
  }
}

/** Reads the file, and tells all files that it was made from: itself, and what it imports. */
async function readVersion(): Promise<PolicyVersion & { readonly files: readonly string[] }> {
  const own = `${root}${name}`
  const source = await readFile(own, "utf8").catch(() => null)
  if (source === null) return { source: "", files: [own], problem: `${name}: the file can't be read; put it back` }
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: root,
      // The text that was read, and no later one.
      stdin: { contents: source, loader: "ts", resolveDir: root, sourcefile: name },
      bundle: true,
      format: "esm",
      platform: "node",
      write: false,
      metafile: true,
      logLevel: "silent",
    })
    const files = Object.keys(metafile.inputs).map((file) => resolve(root, file))
    return { source, files: [own, ...files], ...(await evaluate(outputFiles[0]?.contents ?? new Uint8Array())) }
  } catch (error) {
    if (!(error instanceof Error && "errors" in error)) throw error
    const lines = (error as BuildFailure).errors.map(({ text, location }) =>
      location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
    )
    return { source, files: [own], problem: lines.join("\n") }
  }
}

/** Runs the bundle: a module that was imported once is never read again under its own name. */
async function evaluate(bundle: Uint8Array) {
  try {
    const text = Buffer.from(bundle).toString("base64")
    const loading: Promise<{ default?: ConfigInput }> = import(`data:text/javascript;base64,${text}`)
    const module = await Promise.race([loading, setTimeout(patienceMilliseconds, null, { ref: false })])
    if (!module)
      return { problem: `${name}: still not loaded after ${patienceMilliseconds / 1000} seconds; what does it await?` }
    if (module.default) return { policy: module.default }
    return { problem: `${name}: has no default export; write "export default defineConfig(…)"` }
  } catch (error) {
    return { problem: `${name}: ${error instanceof Error ? error.message : error}` }
  }
}
