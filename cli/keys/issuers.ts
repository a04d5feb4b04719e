import { type Environment, type Issuer, parseConfig } from "../../core/index.ts"
import { CommandError, withoutTokens } from "../command-error.ts"
import { readPolicy } from "../policy-file.ts"

/** Ways to name issuers on the command line; the policy's own where none is used. */
export interface IssuerOptions {
  readonly domain?: string
  readonly issuer?: string
  readonly jwksUri?: string
  readonly config?: string
}

/**
 * The issuers that a command is about, checked and with their limits.
 *
 * @throws ConfigError or CommandError for what can't be an issuer or a policy.
 */
export async function findIssuers(options: IssuerOptions, environment: Environment): Promise<readonly Issuer[]> {
  for (const named of [options.domain, options.issuer, options.jwksUri])
    if (named !== undefined && withoutTokens(named) !== named)
      throw new CommandError("this is a token; name the issuer by its domain or URL")
  const { domain, issuer, jwksUri, config = "authorizer.config.ts" } = options
  // An issuer needs an audience to be one; its keys are the same for each.
  const audience = "unused"
  if (issuer !== undefined)
    return parseConfig({ issuers: [{ issuer, audiences: [audience], ...(jwksUri && { jwksUri }) }] }).issuers
  if (domain !== undefined) return parseConfig({}, { AUTH0_DOMAIN: domain, AUTH0_AUDIENCE: audience }).issuers
  // Pinned keys are no part of who the issuers are, and may be what is to be mended.
  const { pinnedKeys: _pinnedKeys, ...policy } = await readPolicy(config)
  return parseConfig(policy, environment).issuers
}
