import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { build, type Plugin } from "esbuild"
import deployedPolicy from "../authorizer.config.ts"
import { ConfigError, type ConfigInput, checkPolicy } from "../core/index.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/**
 * Bundles one handler for the Lambda runtime `nodejs24.x`: one ES module that needs no other file. Paths are absolute, or
 * relative to the checkout; `policy` is what `lambda/index.ts` enforces. The source map lies beside the bundle, which does
 * not refer to it: it is not deployed. Rejects, with every problem, if the policy has any.
 */
export async function bundleLambda({
  entryPoint,
  outfile,
  policy = deployedPolicy,
}: {
  entryPoint: string
  outfile: string
  policy?: ConfigInput
}): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    minify: true,
    sourcemap: "external",
    plugins: [checkedPolicy(policy)],
    logLevel: "warning",
  })
}

/**
 * Checks the policy and bundles what came of it: mistakes are found before they are deployed, and a cold start need not load
 * what finds them, nor wait for it.
 */
const checkedPolicy = (policy: ConfigInput): Plugin => ({
  name: "checked-policy",
  setup({ onLoad }) {
    onLoad({ filter: /\/lambda\/policy\.ts$/ }, () => {
      try {
        const checked = JSON.stringify(checkPolicy(policy))
        const contents = `import { completePolicy } from "../core/index.ts"\nexport default completePolicy(${checked}, process.env)`
        return { contents, loader: "js", resolveDir: resolve(root, "lambda") }
      } catch (error) {
        if (error instanceof ConfigError) return { errors: [{ text: error.message }] }
        throw error
      }
    })
  },
})

/** The size of a file, as it is and as it travels: "authorizer.mjs 20.1 kB (7.8 kB gzip)". */
async function sizeOf(name: string, path: string): Promise<string> {
  const bytes = await readFile(resolve(root, path))
  const kilobytes = (count: number) => `${(count / 1000).toFixed(1)} kB`
  return `${name} ${kilobytes(bytes.length)} (${kilobytes(gzipSync(bytes).length)} gzip)`
}

if (import.meta.main) {
  const bundles = [
    { name: "authorizer.mjs", entryPoint: "lambda/index.ts", outfile: "dist/lambda/authorizer.mjs" },
    { name: "backend.mjs", entryPoint: "examples/backend.ts", outfile: "dist/lambda/backend.mjs" },
  ]
  await Promise.all(bundles.map(bundleLambda)).catch((failure: Error) => {
    // esbuild has printed what is wrong, and where.
    if (!("errors" in failure)) throw failure
    process.exit(1)
  })
  const sizes = await Promise.all(bundles.map(({ name, outfile }) => sizeOf(name, outfile)))
  console.log(sizes.join(", "))
}
