import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { arch, cpus, release, type as systemType, totalmem } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/** A fact about a run, and its value. */
export type Fact = readonly [name: string, value: string]

/** What a figure depends on beside the code: the machine, its system and the two runtimes. */
export function machineFacts(): Fact[] {
  const all = cpus()
  return [
    ["Processor", `${all[0]?.model.trim() ?? "unknown"}, ${all.length} cores`],
    ["Memory", `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ["System", `${distribution()}${systemType()} ${release()}, ${arch()}`],
    ["Node", process.version],
    ["OpenSSL in Node", process.versions.openssl],
    ["workerd", workerdVersion()],
  ]
}

/** The installed version of an npm package of this checkout. */
export function versionOf(packageName: string): string {
  return readVersion(join(root, "node_modules", packageName, "package.json"))
}

/** The workerd that is run here: wrangler brings it. */
export function workerdProgram(): string {
  return createRequire(join(root, "node_modules/wrangler/package.json")).resolve("workerd/bin/workerd")
}

function workerdVersion(): string {
  return readVersion(join(dirname(workerdProgram()), "../package.json"))
}

function readVersion(path: string): string {
  return JSON.parse(readFileSync(path, "utf8")).version
}

function distribution(): string {
  try {
    const name = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1]
    return name === undefined ? "" : `${name}, `
  } catch {
    return ""
  }
}
