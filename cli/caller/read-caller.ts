import { type Config, type ConfigInput, parseConfig } from "../../core/index.ts"
import { readJsonFile } from "../json-file.ts"
import { checkWithAnyIssuer } from "../policy-file.ts"
import { type Caller, callerWithClaims, callerWithCredentials } from "./caller.ts"
import { readToken, type TokenOptions } from "./token-argument.ts"

/** Ways to say on the command line who calls. */
export interface CallerOptions extends TokenOptions {
  /** A file of claims, in place of a token. */
  readonly claims?: string
}

/**
 * The caller that options name, and the policy that they call under: a real token needs the real issuer, from the policy or the
 * environment. `authorization` is a header that was given in place of a token. `at` is in milliseconds.
 *
 * @throws CommandError or ConfigError for what can't be read.
 */
export async function readCaller(
  policy: ConfigInput,
  options: CallerOptions,
  at: number,
  authorization?: string,
): Promise<{ readonly config: Config; readonly caller: Caller }> {
  const token = await readToken(options)
  const credentials = token === null ? authorization : `Bearer ${token}`
  if (credentials !== undefined)
    return { config: parseConfig(policy, process.env), caller: callerWithCredentials(credentials) }
  const config = checkWithAnyIssuer(policy, process.env)
  const claims = options.claims === undefined ? null : await readJsonFile(options.claims)
  return { config, caller: callerWithClaims(claims, config, at) }
}
