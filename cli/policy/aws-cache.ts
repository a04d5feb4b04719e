import type { Config } from "../../core/index.ts"

/** The kinds of Lambda authorizers that API Gateway knows, as its answers are cached differently. */
export const authorizerKinds = ["rest-token", "rest-request", "http", "http-simple", "websocket"] as const
export type AuthorizerKind = (typeof authorizerKinds)[number]

/** What to set an authorizer's cache to. */
export interface CacheSettings {
  /** By which the cache tells calls apart; null where nothing may be kept. */
  readonly identitySources: readonly string[] | null
  readonly because: string
}

const rest = { header: "method.request.header.Authorization", context: "context." }
const http = { header: "$request.header.Authorization", context: "$context." }

/** What API Gateway's cache has to be set to for one kind of authorizer under a policy's `apiGateway.cacheKey`. */
export function cacheSettings(kind: AuthorizerKind, { cacheKey }: Config["apiGateway"]): CacheSettings {
  if (kind === "websocket") return nothing("asked for every connection")
  if (cacheKey === null) return nothing("an answer is for the one call")
  const { header, context } = kind.startsWith("http") ? http : rest
  const ofCall = [header, `${context}httpMethod`, `${context}path`]
  if (kind === "http-simple") return { identitySources: ofCall, because: "a simple answer says nothing of other calls" }
  if (cacheKey === "token") return { identitySources: [header], because: "an answer is for all calls of the caller" }
  if (kind === "rest-token") return nothing("it can't tell one call from another")
  return { identitySources: ofCall, because: "an answer is for the one call" }
}

function nothing(because: string): CacheSettings {
  return { identitySources: null, because }
}
