import { access } from "node:fs/promises"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { type Config, type ConfigInput, type Environment, parseConfig } from "../core/index.ts"
import { isJsonObject } from "../core/json.ts"
import { CommandError } from "./command-error.ts"
import { readJsonFile } from "./json-file.ts"
import { style } from "./style.ts"

/**
 * Reads a policy from the module that exports it by default, or from a file that ends in .json.
 *
 * @throws CommandError if there is no such file, or if it can't be read; for JSON with line and column.
 */
export async function readPolicy(file: string): Promise<ConfigInput> {
  if (!(await exists(file))) {
    const json = file.replace(/\.[cm]?[jt]s$/, ".json")
    const other = json !== file && (await exists(json)) ? `, such as ${json}` : ""
    throw new CommandError(`${file}: there is no such file; name the policy with --config${other}`)
  }
  return file.endsWith(".json") ? readJsonFile(file) : importPolicy(file)
}

async function importPolicy(file: string): Promise<ConfigInput> {
  const module: { default?: ConfigInput } = await import(pathToFileURL(resolve(file)).href).catch((error: Error) => {
    const isUnknown = "code" in error && error.code === "ERR_UNKNOWN_FILE_EXTENSION"
    const needed = /\.[cm]?ts$/.test(file)
      ? "this Node can't read TypeScript, 22.18 and later can"
      : "name a .json, .js or .ts file"
    const remedy = isUnknown ? `; ${needed}` : ""
    throw new CommandError(`${file}: ${error.message}${remedy}`)
  })
  if (!module.default) throw new CommandError(`${file}: has no default export; write "export default defineConfig(…)"`)
  if (module.default instanceof Promise) throw new CommandError(`${file}: exports a promise; export the policy itself`)
  return module.default
}

/** Stands in for an issuer that neither the policy nor the environment names, where a command can do without. */
const placeholderIssuer = { issuer: "https://issuer.example/", audiences: ["https://api.example"] }

/**
 * Checks a policy that was read, as it would be served in this environment. Where neither names an issuer, one is made up, and
 * that is said on stderr.
 *
 * @throws ConfigError with every problem, each with its path and what to write instead.
 */
export function checkWithAnyIssuer(policy: ConfigInput, environment: Environment): Config {
  if (!isJsonObject(policy) || policy.issuers !== undefined || issuerVariables.some((name) => environment[name]))
    return parseConfig(policy, environment)
  const { issuer, audiences } = placeholderIssuer
  console.error(style.dim(`No issuer is named: ${issuer} stands in, with the audience ${audiences.join()}.`))
  // By the environment, as it would be: what is no policy is found to be none.
  return parseConfig(policy, { ISSUER: issuer, AUDIENCE: audiences.join() })
}

const issuerVariables = ["AUTH0_DOMAIN", "AUTH0_AUDIENCE", "ISSUER", "AUDIENCE"]

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
