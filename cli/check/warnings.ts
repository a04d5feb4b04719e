import type { Config, ConfigInput, Environment } from "../../core/index.ts"
import { audienceWarnings } from "./audience-warnings.ts"
import { cacheWarnings } from "./cache-warnings.ts"
import { type IssuerPath, issuerWarnings } from "./issuer-warnings.ts"
import { ruleWarnings } from "./rule-warnings.ts"
import { type DefinedScopes, scopeWarnings } from "./scope-warnings.ts"
import { type TemplateAuthorizer, templateWarnings } from "./template-authorizers.ts"
import type { Warning } from "./warning.ts"

/** What is known of a policy beside what stands in it. */
export interface Known {
  readonly environment: Environment
  readonly definedScopes: readonly DefinedScopes[]
  readonly clientIds: readonly string[]
  /** Of a template that the policy is deployed with. */
  readonly authorizers: readonly TemplateAuthorizer[]
  /** In milliseconds. */
  readonly now: number
}

/** All that a person should look at in a policy that is valid: as it was written, and as it was compiled. */
export function findWarnings(policy: ConfigInput, config: Config, known: Known): readonly Warning[] {
  const pathOf: IssuerPath = policy.issuers
    ? (index, key) => `issuers[${index}].${key}`
    : (_index, key) => variableFor(key, known.environment)
  return [
    ...audienceWarnings(config, known.clientIds, pathOf),
    ...issuerWarnings(config, pathOf, known.now),
    ...ruleWarnings(policy, config),
    ...scopeWarnings(config, known.definedScopes),
    ...cacheWarnings(config),
    ...templateWarnings(known.authorizers, config),
  ]
}

/** The environment variable by which an issuer was named. */
function variableFor(key: Parameters<IssuerPath>[1], { AUTH0_DOMAIN }: Environment): string {
  if (key === "audiences") return AUTH0_DOMAIN ? "AUTH0_AUDIENCE" : "AUDIENCE"
  return AUTH0_DOMAIN ? "AUTH0_DOMAIN" : "ISSUER"
}
