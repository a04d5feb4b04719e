import { isLoopback } from "../../core/endpoint.ts"
import type { Config, Issuer } from "../../core/index.ts"
import { candidateKeys, nextGeneration } from "../../core/key-generation.ts"
import { partsOf } from "../../core/requirement.ts"
import { knownIssuer } from "../known-issuers.ts"
import type { Warning } from "./warning.ts"

/** How a path names an issuer that the policy lists, and one that the environment names. */
export type IssuerPath = (
  index: number,
  key: "issuer" | "audiences" | "profile" | "scopeClaim" | "algorithms",
) => string

/** What is odd about the issuers of a policy. `now` is in milliseconds. */
export function issuerWarnings(config: Config, pathOf: IssuerPath, now: number): readonly Warning[] {
  const asksForScopes = config.rules.some(({ requirement }) =>
    partsOf(requirement).some(({ scopes, anyScope }) => scopes.length > 0 || anyScope !== null),
  )
  return [
    ...config.issuers.flatMap((issuer, index) => [
      ...placeWarnings(issuer, (key) => pathOf(index, key)),
      ...(asksForScopes ? scopeClaimWarnings(issuer, pathOf(index, "scopeClaim")) : []),
    ]),
    ...pinnedWarnings(config, now),
  ]
}

function placeWarnings({ issuer, profile }: Issuer, pathOf: (key: Parameters<IssuerPath>[1]) => string): Warning[] {
  const { name, profile: itsProfile } = knownIssuer(issuer)
  const warnings: Warning[] = []
  if (isLoopback(issuer))
    warnings.push({
      path: pathOf("issuer"),
      message: `${issuer} is on this machine, over plain http`,
      remedy: "good for development; never deploy it",
    })
  if (name === "Auth0" && !issuer.endsWith("/"))
    warnings.push({
      path: pathOf("issuer"),
      message: `the iss of Auth0's tokens ends in a slash, and ${issuer} doesn't: each token would be refused`,
      remedy: `write "${issuer}/"`,
    })
  if (name === "Auth0" && profile !== itsProfile)
    warnings.push({
      path: pathOf("profile"),
      message: `${issuer} is an Auth0 tenant, and its profile is "${profile}"`,
      remedy: 'write profile: "auth0" (or set AUTH0_DOMAIN and AUTH0_AUDIENCE in place of ISSUER and AUDIENCE)',
    })
  if (name === "Entra ID" && /\/(?:common|organizations|consumers)(?:\/|$)/.test(issuer))
    warnings.push({
      path: pathOf("issuer"),
      message: `${issuer} is where any tenant logs in; no token has it as its iss`,
      remedy: 'write the issuer of one tenant; "edge-authorizer doctor" shows it',
    })
  return warnings
}

function scopeClaimWarnings({ issuer, scopeClaim }: Issuer, path: string): Warning[] {
  const { name, scopeClaim: itsScopeClaim } = knownIssuer(issuer)
  if (scopeClaim !== "scope" || itsScopeClaim === "scope") return []
  const message = `rules ask for scopes, which ${name} writes into the claim ${itsScopeClaim}, and the policy looks for scope`
  return [{ path, message, remedy: `list the issuer in the policy with scopeClaim: "${itsScopeClaim}"` }]
}

function pinnedWarnings({ issuers, pinnedKeys }: Config, now: number): Warning[] {
  const remedy = 'make them anew with "edge-authorizer keys pin"'
  return pinnedKeys.flatMap((pinned, index): Warning[] => {
    const path = `pinnedKeys.issuers[${index}]`
    const issuer = issuers.find((one) => one.issuer === pinned.issuer)
    if (!issuer) return [{ path, message: `keys of ${pinned.issuer}, which is no issuer of the policy`, remedy }]
    const warnings: Warning[] = []
    const days = Math.floor((now - pinned.fetchedAt) / 86_400_000)
    if (now - pinned.fetchedAt > issuer.keys.maximumSnapshotAgeSeconds * 1000)
      warnings.push({ path, message: `keys that were fetched ${days} days ago are no longer trusted`, remedy })
    const generation = nextGeneration(null, pinned.keys)
    if (issuer.algorithms.every((algorithm) => candidateKeys(generation, null, algorithm).length === 0))
      warnings.push({
        path,
        message: `no key of ${pinned.issuer} is for ${issuer.algorithms.join(" or ")}, which is all that the policy allows`,
        remedy: "allow what the issuer signs with (issuers[].algorithms)",
      })
    return warnings
  })
}
