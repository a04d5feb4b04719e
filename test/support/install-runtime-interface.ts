import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const folder = new URL("../runtime-interface/", import.meta.url)

/** AWS's runtime interface client: the program that polls the Runtime API and calls the handler. */
export const runtimeInterface = fileURLToPath(new URL("node_modules/aws-lambda-ric/index.mjs", folder))

/** To be imported before it, by address. */
export const preload = new URL("preload.ts", folder).href

/**
 * Installs AWS's runtime interface client, unless it is there in the version asked for. It is kept out of our own
 * dependencies because its install script compiles native code, with g++ and cmake and for more than a minute. The script is
 * skipped; rapid-client.ts stands in for what it would have built. A global setup, so that it is done once, before tests run
 * in parallel.
 */
export default async function installRuntimeInterface(): Promise<void> {
  const { dependencies } = await readPackage(new URL("package.json", folder))
  const installed = await readPackage(new URL("node_modules/aws-lambda-ric/package.json", folder)).catch(() => null)
  if (installed?.version === dependencies["aws-lambda-ric"]) return
  const npm = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]
  await promisify(execFile)("npm", npm, { cwd: fileURLToPath(folder) })
}

async function readPackage(url: URL) {
  return JSON.parse(await readFile(url, "utf8"))
}
