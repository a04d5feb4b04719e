import type { Config } from "./config.ts"
import type { Fault, Refuse } from "./decision.ts"
import { type Reason, reasons } from "./reasons.ts"

/** How a decision that is not "allow" meets an HTTP client: to be sent as it is. */
export interface ErrorAnswer {
  readonly status: number
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Problem
}

/** RFC 9457, with the reason as an extension: what a client's developer, or their support, needs to know. */
export interface Problem {
  readonly type: "about:blank"
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly reason: Reason
}

const titles = { 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 503: "Service Unavailable" } as const

/**
 * The answer to a refusal or a fault: status, `WWW-Authenticate` where RFC 6750 §3 asks for one, and a problem document.
 * Tells the reason's public text and what would be enough; nothing of the token. Never to be cached, as the same request
 * may be answered otherwise the next moment.
 */
export function errorAnswer(decision: Refuse | Fault, challenge: Config["challenge"]): ErrorAnswer {
  const { status, text } = reasons[decision.reason]
  const authenticate = decision.outcome === "refuse" ? challengeOf(decision, challenge) : null
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      vary: "Authorization, Origin",
      ...(authenticate && { "www-authenticate": authenticate }),
      ...(decision.outcome === "fault" && { "retry-after": String(decision.retryAfter) }),
    },
    body: { type: "about:blank", title: titles[status], status, detail: text, reason: decision.reason },
  }
}

/** A challenge for each 401, and for what has an OAuth error; a realm is always there, since a scheme alone is no challenge. */
function challengeOf(
  { reason, scope, acrValues, maxAge }: Refuse,
  { realm, resourceMetadata }: Config["challenge"],
): string | null {
  const { status, error, text } = reasons[reason]
  if (status !== 401 && error === null) return null
  const parameters = [
    `realm="${realm}"`,
    error && `error="${error}"`,
    error && `error_description="${text}"`,
    scope && `scope="${scope.join(" ")}"`,
    acrValues && `acr_values="${acrValues.join(" ")}"`,
    maxAge !== undefined && `max_age="${maxAge}"`,
    resourceMetadata && `resource_metadata="${resourceMetadata}"`,
  ]
  return `Bearer ${parameters.filter(Boolean).join(", ")}`
}
