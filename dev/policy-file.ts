import { watch } from "node:fs"
import { readFile } from "node:fs/promises"
import { type BuildResult, context } from "esbuild"
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

/** Reads the policy file, and again whenever it or what it imports has changed. The policy is not checked yet. */
export async function openPolicyFile({ resources }: Running): Promise<PolicyFile> {
  let source = ""
  let tell: (version: PolicyVersion) => void = () => {}
  const first = Promise.withResolvers<PolicyVersion>()
  let current = first.promise

  const watcher = await context({
    absWorkingDir: root,
    entryPoints: [name],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    logLevel: "silent",
    plugins: [
      {
        name: "policy-versions",
        setup({ onLoad, onEnd }) {
          onLoad({ filter: /\/authorizer\.config\.ts$/ }, async ({ path }) => {
            source = await readFile(path, "utf8")
            return { contents: source, loader: "ts", watchFiles: [path] }
          })
          onEnd(async (result) => {
            const version = { source, ...(await evaluate(result)) }
            first.resolve(version)
            current = Promise.resolve(version)
            tell(version)
          })
        },
      },
    ],
  })
  resources.defer(() => watcher.dispose())
  // For what it imports. A change of the file itself that comes in the midst of a pass goes by it.
  await watcher.watch()
  const changes = watch(root, (_event, changed) => {
    if (changed === name) void watcher.rebuild().catch(() => {})
  })
  resources.defer(() => changes.close())

  return {
    name,
    first: await first.promise,
    follow(listener) {
      tell = listener
      current.then(listener)
    },
  }
}

/** Runs the bundle: a module that was imported once is never read again under its own name. */
async function evaluate({ errors, outputFiles = [] }: BuildResult) {
  if (errors.length > 0) {
    const lines = errors.map(({ text, location }) =>
      location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
    )
    return { problem: lines.join("\n") }
  }
  const bundle = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64")
  try {
    const module: { default?: ConfigInput } = await import(`data:text/javascript;base64,${bundle}`)
    if (module.default) return { policy: module.default }
    return { problem: `${name}: has no default export; write "export default defineConfig(…)"` }
  } catch (error) {
    return { problem: `${name}: ${error instanceof Error ? error.message : error}` }
  }
}
