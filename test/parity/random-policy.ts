import { type Config, ConfigError, type ConfigInput, parseConfig, type RouteInput } from "../../core/index.ts"
import type { Draw } from "./draw.ts"
import { randomRequirement, type Surroundings } from "./random-requirement.ts"
import * as words from "./vocabulary.ts"

/** An issuer whose tokens can be made: what a policy says of it. */
export interface KnownIssuer {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly jwksUri: string
}

export interface RandomPolicy {
  readonly input: ConfigInput
  readonly config: Config
  /** How many rules were drawn that the policy could not take. */
  readonly discardedRules: number
}

/** A policy that `parseConfig` takes: what it refuses of a draw is left out, rule by rule. */
export function randomPolicy(draw: Draw, known: readonly KnownIssuer[]): RandomPolicy {
  const issuers = (draw.chance(0.6) ? known : known.slice(0, 1)).map((one) => ({
    ...one,
    algorithms: draw.one([["ES256"], ["ES256", "RS256"]] as const),
    profile: draw.one(["auth0", "auth0", "oidc", "rfc9068"] as const),
    ...(draw.chance(0.3) && { scopeClaim: "scp", acrClaim: "https://example.com/acr" }),
    ...(draw.chance(0.3) && { maximumLifetimeSeconds: 7200 }),
  }))
  const names: string[] = []
  const requirements: Record<string, ReturnType<typeof randomRequirement>> = {}
  for (const name of ["members", "staff", "recent"].slice(0, draw.whole(0, 3))) {
    // Each may be made of those before it. With a path parameter, it fits only the rules that have one of the name.
    const parameters = draw.chance(0.3) ? [draw.one(words.parameters)] : []
    requirements[name] = randomRequirement(draw, { issuers, names: [...names], parameters }, 1)
    names.push(name)
  }

  const unmatched = draw.one(["deny", "deny", "authenticated"] as const)
  const cacheKey = draw.one(["token", "call", undefined, undefined, undefined] as const)
  let policy: ConfigInput = {
    issuers,
    requirements,
    ...(cacheKey && { apiGateway: { cacheKey } }),
    ...(draw.chance(0.3) && { clockToleranceSeconds: draw.one([0, 60]) }),
    ...(draw.chance(0.2) && { memo: { maximumTokens: draw.one([0, 2]) } }),
  }
  let config = parseConfig(policy)
  let discardedRules = 0
  if (draw.chance(0.04)) return { input: policy, config, discardedRules }

  for (const rule of draw.list(3, 10, () => randomRule(draw, { issuers, names, parameters: [] }))) {
    const longer = { ...policy, unmatched, routes: [...(policy.routes ?? []), rule] }
    const checked = parseOrNull(longer)
    if (checked === null) discardedRules++
    else [policy, config] = [longer, checked]
  }
  return { input: policy, config, discardedRules }
}

function randomRule(draw: Draw, around: Surroundings): RouteInput {
  const free = [...words.parameters] as string[]
  const segments = draw.list(0, 3, () =>
    draw.chance(0.45) ? `:${free.splice(draw.whole(0, free.length - 1), 1)[0]}` : draw.one(words.literals),
  )
  const isOpen = draw.chance(0.25)
  const path = `/${segments.join("/")}${isOpen ? (segments.length > 0 ? "/**" : "**") : ""}`
  const parameters = segments.filter((segment) => segment.startsWith(":")).map((segment) => segment.slice(1))
  const chosen = draw.chance(0.5) ? draw.some(words.methods, 3) : undefined
  const methods = draw.chance(0.02) ? ["PROPFIND"] : chosen
  const reach = { path, ...(methods && { methods }) }
  if (draw.chance(0.06)) return { ...reach, access: "public" }
  if (draw.chance(0.08)) return reach
  return { ...reach, ...randomRequirement(draw, { ...around, parameters }), ...(draw.chance(0.08) && { report: true }) }
}

function parseOrNull(policy: ConfigInput): Config | null {
  try {
    return parseConfig(policy)
  } catch (error) {
    if (error instanceof ConfigError) return null
    throw error
  }
}
