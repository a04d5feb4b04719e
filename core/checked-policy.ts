import { type Config, type Issuer, parseConfig } from "./config.ts"
import { ConfigError } from "./config-error.ts"
import type { ConfigInput } from "./config-input.ts"
import { type Environment, issuerFromEnvironment } from "./environment.ts"
import { defaultJwksUri } from "./profiles.ts"

/**
 * A policy that was checked when it was bundled. Plain JSON, so that a bundle can hold it in place of the policy and of all that
 * checks policies. Only the issuer may be missing from it, where the environment that it is deployed to names one.
 */
export interface CheckedPolicy {
  readonly config: Omit<Config, "issuers">
  readonly issuers: readonly Issuer[] | null
  /** What an issuer has of which nothing is said but its name. */
  readonly issuerDefaults: Omit<Issuer, "issuer" | "audiences" | "profile" | "jwksUri">
}

/**
 * Checks a policy before it is deployed.
 *
 * @throws ConfigError with every problem, each with its path and what to write instead.
 */
export function checkPolicy(policy: ConfigInput): CheckedPolicy {
  const someIssuer = { issuer: "https://issuer.invalid/", audiences: ["some audience"] }
  const { issuers: defaults } = parseConfig({ issuers: [someIssuer] })
  const [{ issuer: _issuer, audiences: _audiences, profile: _profile, jwksUri: _jwksUri, ...issuerDefaults }] =
    defaults as [Issuer]
  const someEnvironment = { ISSUER: someIssuer.issuer, AUDIENCE: someIssuer.audiences[0] }
  const { issuers, ...config } = parseConfig(policy, policy.issuers ? {} : someEnvironment)
  return { config, issuers: policy.issuers ? issuers : null, issuerDefaults }
}

/**
 * The configuration that `parseConfig` would make of the policy in this environment.
 *
 * @throws ConfigError where the environment is asked for the issuer and does not name one.
 */
export function completePolicy({ config, issuers, issuerDefaults }: CheckedPolicy, environment: Environment): Config {
  if (issuers) return { ...config, issuers }
  const named = issuerFromEnvironment(environment)
  if ("problems" in named) throw new ConfigError(named.problems)
  const jwksUri = defaultJwksUri(named.issuer, named.profile)
  return { ...config, issuers: [{ ...issuerDefaults, ...named, jwksUri }] }
}
