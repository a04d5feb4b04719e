import * as v from "valibot"
import type { AlgorithmName } from "./algorithms.ts"
import { compileRules } from "./compile-rules.ts"
import { ConfigError, type ConfigProblem } from "./config-error.ts"
import type { ConfigInput } from "./config-input.ts"
import { configSchema } from "./config-schema.ts"
import { type Environment, issuerFromEnvironment } from "./environment.ts"
import { isJsonObject } from "./json.ts"
import type { KeyLimits } from "./key-limits.ts"
import type { PinnedKeys } from "./key-ring.ts"
import type { MemoLimits } from "./memo-limits.ts"
import type { ProfileName } from "./profiles.ts"
import { noRequirement } from "./requirement.ts"
import type { Rule } from "./routes.ts"

/** A policy that was checked and completed: what `parseConfig` makes of a `ConfigInput`. */
export interface Config {
  readonly issuers: readonly Issuer[]
  readonly clockToleranceSeconds: number
  readonly memo: MemoLimits
  readonly rules: readonly Rule[]
  /** What covers a request that no rule does; null refuses it. */
  readonly unmatched: Rule | null
  readonly challenge: { readonly realm: string; readonly resourceMetadata: string | null }
  readonly upstream: Upstream
  readonly cors: Cors | null
  readonly apiGateway: { readonly cacheKey: "token" | "call" | null }
  /** Keys to begin with, of these issuers or of others. */
  readonly pinnedKeys: readonly (PinnedKeys & { readonly issuer: string })[]
}

/** An issuer whose tokens are accepted, and what is demanded of them. */
export interface Issuer {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly algorithms: readonly AlgorithmName[]
  readonly profile: ProfileName
  /** Where its keys are; null to ask its discovery document. */
  readonly jwksUri: string | null
  readonly scopeClaim: string
  readonly permissionsClaim: string
  readonly acrClaim: string
  readonly amrClaim: string
  readonly authTimeClaim: string
  readonly maximumLifetimeSeconds: number | null
  readonly keys: KeyLimits
}

/** What reaches the origin with an allowed request. */
export interface Upstream {
  /** Header name in lower case → claim name. */
  readonly headers: Readonly<Record<string, string>>
  readonly authorization: "keep" | "drop"
}

/** Which web pages may call the API from a browser (CORS, in the Fetch standard). */
export interface Cors {
  readonly origins: readonly string[] | "*"
  readonly methods: readonly string[]
  readonly headers: readonly string[]
  readonly exposedHeaders: readonly string[]
  readonly maxAgeSeconds: number
}

const parsed = new WeakSet<object>()

/** Covers every path, and asks for a valid token. */
const anyToken: Rule = {
  name: "unmatched",
  pattern: { segments: [], open: true },
  methods: null,
  access: "token",
  report: false,
  requirement: noRequirement,
}

/**
 * Checks a policy and fills in its defaults. Issuers that it leaves out come from the environment. What this returned
 * before, it returns unchanged.
 *
 * @throws ConfigError with every problem, each with its path and what to write instead.
 */
export function parseConfig(input: ConfigInput | Config, environment: Environment = {}): Config {
  if (parsed.has(input)) return input as Config
  // A list, a map or a promise has none of a policy's keys, and would pass for one that asks for a valid token and no more.
  if (Object.prototype.toString.call(input) !== "[object Object]")
    throw new ConfigError([{ path: "(the whole policy)", remedy: "must be an object" }])

  const problems: ConfigProblem[] = []
  let completed: unknown = input
  if (isJsonObject(input) && input.issuers === undefined) {
    const issuer = issuerFromEnvironment(environment)
    if ("problems" in issuer) problems.push(...issuer.problems)
    else completed = { ...input, issuers: [issuer] }
  }

  const result = v.safeParse(configSchema, completed)
  if (!result.success) problems.push(...readIssues(result.issues, problems.length > 0))
  if (!result.success || problems.length > 0) throw new ConfigError(problems)

  if (result.output.routes === undefined && isJsonObject(input) && input.unmatched !== undefined) {
    const remedy = "says nothing without routes, where every path needs a valid token; write routes, or leave it out"
    throw new ConfigError([{ path: "unmatched", remedy }])
  }

  const {
    pinnedKeys,
    routes,
    requirements,
    unmatched,
    challenge,
    cors,
    apiGateway,
    $schema: _,
    ...rest
  } = result.output
  // Which issuer the environment names is not known when a policy is checked before it is deployed.
  const named = isJsonObject(input) && input.issuers !== undefined ? rest.issuers : []
  const { rules, problems: ruleProblems } = compileRules(routes ?? [], requirements, named, apiGateway)
  if (ruleProblems.length > 0) throw new ConfigError(ruleProblems)

  const config: Config = {
    ...rest,
    rules,
    unmatched: routes === undefined || unmatched === "authenticated" ? anyToken : null,
    challenge: { realm: challenge.realm, resourceMetadata: challenge.resourceMetadata ?? null },
    cors: cors ?? null,
    apiGateway: { cacheKey: apiGateway.cacheKey ?? null },
    pinnedKeys: pinnedKeys.issuers.map(({ issuer, fetchedAt, keys }) => ({ issuer, fetchedAt, keys })),
  }
  parsed.add(config)
  return config
}

/** `issuersKnownMissing`: the environment's problems have said already what the lack of issuers would say again. */
function readIssues(issues: readonly v.BaseIssue<unknown>[], issuersKnownMissing: boolean): ConfigProblem[] {
  return issues
    .map((issue) => ({ path: readPath(issue), remedy: issue.message }))
    .filter(({ path }) => !(issuersKnownMissing && path === "issuers"))
}

/** `issuers[0].audiences`, as one would write it in code. */
function readPath({ path }: v.BaseIssue<unknown>): string {
  const steps = (path ?? []).map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
  return steps.join("").replace(/^\./, "") || "(the whole policy)"
}
