import type { Config, Decision, VerifiedToken } from "../../core/index.ts"
import { type ClientCall, eventOf, type Kind } from "../../dev/gateway/api-gateway.ts"
import { parseArn } from "../../lambda/arn.ts"
import { cacheSettingFor } from "../../lambda/cache-setting.ts"
import { maximumPolicyBytes } from "../../lambda/caller-answer.ts"
import { callerPolicies } from "../../lambda/caller-policy.ts"
import type { Seen } from "./seen.ts"

const gatewayMethods: readonly string[] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

/** Whether API Gateway keeps the answer for all calls of the same caller, so that it has to be one document for all of them. */
export function isKept(kind: Kind, { apiGateway }: Config): boolean {
  return apiGateway.cacheKey === "token" && kind !== "http-2.0-simple"
}

/** What such a document leaves unsaid of one call: why it is refused, and that nobody was asked for on a public route. */
export function untoldByKept(decision: Decision): readonly (keyof Seen)[] {
  const isNobody = decision.outcome === "allow" && decision.principal === null
  return isNobody ? ["reason", "scope", "sub"] : ["reason", "scope"]
}

/** Under which policy, for whom and by which rule a call is made. */
interface Circumstances {
  readonly config: Config
  readonly token: VerifiedToken | null
  readonly rule: string | null
}

/**
 * What keeps a document for all calls from being exact about this one, by a name to count it under; null for nothing, so that a
 * difference is a mistake. Refused in vain: an escape, which IAM can't tell from others; where rules cross in a way that IAM
 * can't say, as `cacheSettingFor` warns; and what there is no room for. Allowed in vain: a letter that IAM reads as a wildcard, so
 * that none can be denied; and methods that API Gateway has no route for, where a caller may use all others.
 */
export function documentLimit(
  kind: Kind,
  call: ClientCall,
  { expected, answered }: { readonly expected: Seen; readonly answered: Seen },
  { config, token, rule }: Circumstances,
): string | null {
  const { method, path } = call
  if (expected.status === 200 && answered.status === 403) {
    if (path.includes("%")) return "refused by the document for an escape"
    const { methodArn, routeArn } = eventOf(kind, call)
    const stageArn = parseArn(methodArn ?? routeArn ?? "")?.stageArn ?? ""
    const isSaid = (room: number) =>
      !callerPolicies(config)(token, room, stageArn).unsaid.some(({ name }) => name === rule)
    if (cacheSettingFor(config).cacheKey !== "token") return "refused by the document as rules cross"
    const lacksRoom = isSaid(Number.POSITIVE_INFINITY) && !isSaid(maximumPolicyBytes)
    return lacksRoom ? "refused by the document for want of room" : null
  }
  if (answered.status !== 200) return null
  if (!gatewayMethods.includes(method)) return "allowed by the document with an unknown method"
  const isWild = expected.reason === "path_ambiguous" && path.includes("*")
  return isWild ? "allowed by the document with a wildcard in the path" : null
}
