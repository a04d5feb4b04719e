import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { build } from "esbuild"

const root = fileURLToPath(new URL("..", import.meta.url))

/**
 * Bundles one handler for the Lambda runtime `nodejs24.x`: one ES module that needs no other file. Paths are absolute, or
 * relative to the checkout. The source map lies beside the bundle, which does not refer to it: it is not deployed.
 */
export async function bundleLambda({ entryPoint, outfile }: { entryPoint: string; outfile: string }): Promise<void> {
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
    logLevel: "warning",
  })
}

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
  await Promise.all(bundles.map(bundleLambda))
  const sizes = await Promise.all(bundles.map(({ name, outfile }) => sizeOf(name, outfile)))
  console.log(sizes.join(", "))
}
