import { stat } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import policy from "../../authorizer.config.ts"
import type { ConfigInput } from "../../core/index.ts"
import { bundleLambda } from "../../scripts/build-lambda.ts"
import type { HttpsIssuer } from "./https-issuer.ts"

/** A handler, bundled as it would be deployed. */
export interface Bundle {
  readonly name: string
  readonly path: string
  readonly bytes: number
  /** How many times one cold start asks the issuer for keys. */
  readonly fetches: number
  /** Whether it decides at all. */
  readonly decides: boolean
}

/** The stack that the others are compared with. */
export const sampleName = "Auth0's sample (jsonwebtoken + jwks-rsa)"
export const oursName = "edge-authorizer"
export const oursPinnedName = "edge-authorizer, pinned keys"
export const emptyName = "empty process"

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** Bundles every handler into a folder; the one with pinned keys knows the issuer's keys of now. */
export async function makeBundles(folder: string, issuer: HttpsIssuer, audience: string): Promise<readonly Bundle[]> {
  // This checkout's own policy. Its issuer is written as Auth0's, whose key set has a known place.
  const issuers = [{ issuer: issuer.issuer, audiences: [audience], profile: "auth0" }] as const
  const pinnedKeys = { issuers: [{ issuer: issuer.issuer, fetchedAt: Date.now(), keys: issuer.keys }] }
  const ours = (path: string) => bundleOurs(path, { ...policy, issuers })
  const oursPinned = (path: string) => bundleOurs(path, { ...policy, issuers, pinnedKeys })
  const peer = (file: string) => (path: string) => bundleLambda({ entryPoint: here(`handlers/${file}`), outfile: path })
  return Promise.all([
    bundle(sampleName, 1, join(folder, "auth0-sample.cjs"), bundleSample),
    bundle(oursName, 1, join(folder, "ours.mjs"), ours),
    bundle(oursPinnedName, 0, join(folder, "ours-pinned.mjs"), oursPinned),
    bundle("aws-jwt-verify", 1, join(folder, "aws-jwt-verify.mjs"), peer("aws-jwt-verify.ts")),
    bundle("jose", 1, join(folder, "jose.mjs"), peer("jose.ts")),
    bundle(emptyName, 0, join(folder, "empty.mjs"), peer("empty.ts")),
  ])
}

/** Bundles what runs a handler once, and returns where it is. */
export async function makeRunner(folder: string): Promise<string> {
  const outfile = join(folder, "invoke.mjs")
  await build({ entryPoints: [here("invoke.ts")], outfile, format: "esm", target: "node24", logLevel: "warning" })
  return outfile
}

/** The bytes of the bundle that this checkout deploys. */
export async function deployedBundleBytes(folder: string): Promise<number> {
  const outfile = join(folder, "deployed.mjs")
  await bundleOurs(outfile, policy)
  return (await stat(outfile)).size
}

async function bundle(name: string, fetches: number, path: string, make: (path: string) => Promise<unknown>) {
  await make(path)
  return { name, path, fetches, bytes: (await stat(path)).size, decides: name !== emptyName }
}

const bundleOurs = (outfile: string, policy: ConfigInput) =>
  bundleLambda({ entryPoint: "lambda/index.ts", outfile, policy })

/** With the same settings, but as CommonJS: what it is made of is that, and can't be bundled as an ES module without more ado. */
const bundleSample = (outfile: string) =>
  build({
    entryPoints: [here("handlers/auth0-sample.ts")],
    outfile,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node24",
    minify: true,
    logLevel: "warning",
  })
