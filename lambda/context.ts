import { claim, type Decision, type Principal, reasons, type Upstream } from "../core/index.ts"

/** What an authorizer may tell the integration: API Gateway takes no list and no object, and hands all on as strings. */
export type FlatContext = Record<string, string | number | boolean>

/** API Gateway's limit for WebSocket APIs is 8 KB for the whole answer; none is published for the others. */
const maximumContextBytes = 6144

/**
 * Tells the integration who calls (`sub`, `iss`, `client_id`, `scope`, `permissions`, `exp` in seconds) and what the policy maps
 * from claims, under the same names as the Worker's headers. For a refusal: `reason`, `detail`, and `required_scope` where
 * a scope was lacking. No token; and a value that would not fit any more is left out, rather than cut.
 */
export function flatContext(decision: Decision, upstream: Upstream): FlatContext {
  const { rule } = decision
  const entries = decision.outcome === "allow" ? about(decision.principal, upstream) : ended(decision)
  return fill([["rule", rule ?? ""], ...entries], maximumContextBytes)
}

/** The same of a caller, whichever of their calls it is for: nothing of the rule, and no reason. */
export function callerContext(principal: Principal | null, upstream: Upstream, maximumBytes: number): FlatContext {
  return fill(about(principal, upstream), maximumBytes)
}

function fill(entries: readonly Entry[], maximumBytes: number): FlatContext {
  const context: FlatContext = {}
  let bytes = 0
  for (const [key, value] of entries) {
    bytes += new TextEncoder().encode(JSON.stringify([key, value])).length
    if (bytes <= maximumBytes && !Object.hasOwn(context, key)) context[key] = value
  }
  return context
}

type Entry = readonly [key: string, value: string | number | boolean]

function about(principal: Principal | null, upstream: Upstream): Entry[] {
  if (!principal) return []
  const entries: Entry[] = [
    ["sub", principal.subject],
    ["iss", principal.issuer],
    ["exp", Math.floor(principal.expiresAt)],
  ]
  if (principal.clientId !== null) entries.push(["client_id", principal.clientId])
  entries.push(["scope", principal.scopes.join(" ")], ["permissions", principal.permissions.join(" ")])
  for (const [header, claimName] of Object.entries(upstream.headers)) {
    const value = claim(principal.claims, claimName)
    if (value !== undefined && value !== null) entries.push([header, isScalar(value) ? value : JSON.stringify(value)])
  }
  return entries
}

function ended(decision: Decision & { outcome: "refuse" | "fault" }): Entry[] {
  const entries: Entry[] = [
    ["reason", decision.reason],
    ["detail", reasons[decision.reason].text],
  ]
  if (decision.outcome === "refuse" && decision.scope) entries.push(["required_scope", decision.scope.join(" ")])
  return entries
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
}
