import { isDeepStrictEqual } from "node:util"
import { type Decision, type Enough, reasons } from "../../core/index.ts"
import { type GatewayResult, isAsked, type Kind } from "../../dev/gateway/api-gateway.ts"
import type { RawAnswer } from "../support/raw-http.ts"
import type { RandomCase } from "./random-cases.ts"

/** What there is to see of a decision from outside. What an edge can't tell is undefined. */
export interface Seen {
  readonly status: number
  readonly reason?: string | undefined
  /** What would have been enough, as a challenge says it. */
  readonly scope?: string | undefined
  readonly acrValues?: string | undefined
  readonly maxAge?: string | undefined
  /** What the origin was asked for, and for whom. */
  readonly url?: string | undefined
  readonly sub?: string | undefined
}

/** What has to be seen of a decision at the Worker. The answer to a HEAD has no body to see. */
export function expectedOfWorker(decision: Decision, { method, query }: RandomCase["call"]): Seen {
  const hasBody = method !== "HEAD"
  if (decision.outcome === "allow") {
    const url = query === undefined || query === "" ? decision.path : `${decision.path}?${query}`
    return { status: 200, ...(hasBody && { url, sub: decision.principal?.subject }) }
  }
  const { reason } = decision
  const enough: Enough = decision.outcome === "refuse" ? decision : {}
  return {
    status: reasons[reason].status,
    reason: hasBody ? reason : undefined,
    scope: enough.scope?.join(" "),
    acrValues: enough.acrValues?.join(" "),
    maxAge: enough.maxAge?.toString(),
  }
}

export function seenAtWorker({ status, headers, body }: RawAnswer, { method }: RandomCase["call"]): Seen {
  const told = method === "HEAD" || body === "" ? {} : JSON.parse(body)
  if (status === 200) return { status, url: told.url, sub: told.sub ? decodeURIComponent(told.sub) : undefined }
  const parameter = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(headers["www-authenticate"] ?? "")?.[1]
  return {
    status,
    reason: told.reason,
    scope: parameter("scope"),
    acrValues: parameter("acr_values"),
    maxAge: parameter("max_age"),
  }
}

/** The same for API Gateway: REST APIs have a 401 and say no more; HTTP APIs turn each refusal into a 403, each throw into a 500. */
export function expectedOfGateway(decision: Decision, kind: Kind, call: RandomCase["call"]): Seen {
  if (!isAsked(kind, call)) return { status: 401 }
  if (decision.outcome === "allow") return { status: 200, sub: decision.principal?.subject }
  const { status } = reasons[decision.reason]
  if (status === 503) return { status: 500 }
  if (status !== 403 && kind.startsWith("rest")) return { status: 401 }
  const scope = decision.outcome === "refuse" ? decision.scope?.join(" ") : undefined
  return { status: 403, reason: decision.reason, scope }
}

export function seenAtGateway({ status, context }: GatewayResult): Seen {
  const text = (name: string) => (typeof context[name] === "string" ? context[name] : undefined)
  if (status === 200) return { status, sub: text("sub") }
  return { status, reason: text("reason"), scope: text("required_scope") }
}

/** Whether one is the other, but for what is not to be told. */
export function isSame(expected: Seen, seen: Seen, untold: readonly (keyof Seen)[] = []): boolean {
  const told = (all: Seen) =>
    Object.entries(all).filter(([key, value]) => value !== undefined && !untold.includes(key as keyof Seen))
  return isDeepStrictEqual(Object.fromEntries(told(expected)), Object.fromEntries(told(seen)))
}
