import type { FaultReason, RefusalReason } from "./reasons.ts"

/**
 * The answer to one request: JSON-safe data, to be logged, compared and rendered. It never holds a token, a signature or
 * key material. `at` is in milliseconds since the epoch; `rule` names the rule that covered the request.
 */
export type Decision = Allow | Refuse | Fault

/** The request may reach the origin. `principal` is null on a public route, where nobody was asked who they are. */
export interface Allow extends Facts {
  readonly outcome: "allow"
  /** The canonical path that was decided on: what the origin must receive, and no other spelling of it. */
  readonly path: string
  readonly principal: Principal | null
  /** Under a rule that only reports: how it would have been decided. */
  readonly reported?: Reported
}

/** The caller was refused. */
export interface Refuse extends Facts, Enough {
  readonly outcome: "refuse"
  readonly reason: RefusalReason
}

/** What would have been enough. */
export interface Enough {
  /** Where a scope was lacking (RFC 6750 §3). */
  readonly scope?: readonly string[]
  /** Where the user's authentication was not enough (RFC 9470 §3): one of these context classes, */
  readonly acrValues?: readonly string[]
  /** and at most so many seconds ago. */
  readonly maxAge?: number
}

/** A decision that was not carried out. */
export type Reported = Omit<Refuse, keyof Facts> | Omit<Fault, keyof Facts>

/** No decision could be made, through no fault of the caller's. `retryAfter` is in seconds. */
export interface Fault extends Facts {
  readonly outcome: "fault"
  readonly reason: FaultReason
  readonly retryAfter: number
}

interface Facts {
  readonly at: number
  readonly rule: string | null
  /** What was checked, in order; the last one is the one that failed, if any did. */
  readonly checks: readonly Check[]
}

/** The steps of a decision, in their order. */
export const steps = [
  "path",
  "route",
  "credentials",
  "token",
  "issuer",
  "keys",
  "signature",
  "claims",
  "binding",
  "requirements",
] as const
/** One of them. */
export type Step = (typeof steps)[number]

/** The result of one step, with the facts that explain it. */
export interface Check {
  readonly step: Step
  readonly passed: boolean
  readonly facts?: CheckFacts
}

/** Facts that may be logged: names, times and what the policy asks for; never a token, a signature or a key. */
export type CheckFacts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

/** Who calls, as a verified token says it. Times are in seconds since the epoch, as in the token. */
export interface Principal {
  readonly issuer: string
  readonly subject: string
  /** The OAuth client (`client_id`, or `azp` in Auth0's own profile); null where the token names none. */
  readonly clientId: string | null
  readonly scopes: readonly string[]
  readonly permissions: readonly string[]
  readonly expiresAt: number
  /** All claims of the verified token. */
  readonly claims: Claims
}

/** The claims of a verified token (RFC 7519 §4). Read one with `claim`, which never meets an inherited property. */
export type Claims = Readonly<Record<string, unknown>>

/** The value of one top-level claim, or undefined. */
export function claim(claims: Claims, name: string): unknown {
  const value = claims[name]
  return value === undefined || Object.hasOwn(claims, name) ? value : undefined
}

/** What a step returns when it ends the decision. */
export type Rejection = { readonly facts?: CheckFacts } & (
  | ({ readonly ok: false; readonly outcome: "refuse"; readonly reason: RefusalReason } & Enough)
  | { readonly ok: false; readonly outcome: "fault"; readonly reason: FaultReason; readonly retryAfter: number }
)

/** Ends the decision: the caller is refused. */
export function refuse(reason: RefusalReason, facts?: CheckFacts, enough?: Enough): Rejection {
  return { ok: false, outcome: "refuse", reason, ...(facts && { facts }), ...enough }
}

/** Ends the decision: it can't be made now. `retryAfter` is in seconds. */
export function fault(reason: FaultReason, retryAfter: number, facts?: CheckFacts): Rejection {
  return { ok: false, outcome: "fault", reason, retryAfter, ...(facts && { facts }) }
}

/** Whether a step ended the decision. */
export function isRejection<T>(result: T | Rejection): result is Rejection {
  return typeof result === "object" && result !== null && "ok" in result && result.ok === false
}
