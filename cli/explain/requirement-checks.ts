import { readClaim } from "../../core/claim-path.ts"
import type { VerifiedToken } from "../../core/claims.ts"
import { claim } from "../../core/decision.ts"
import type { Principal, Requirement } from "../../core/index.ts"
import { principalKind } from "../../core/principal-kind.ts"
import { queryValue } from "../../core/query.ts"
import { pathSegments } from "../../core/request.ts"
import type { Condition } from "../../core/requirement.ts"
import { type Circumstances, checkRequirements } from "../../core/requirements.ts"
import { printableValue } from "../printable.ts"
import { type Piece, piecesOf } from "../requirement-pieces.ts"

/** One thing that a rule asks for, and whether it holds. */
export interface RequirementCheck {
  readonly text: string
  readonly isMet: boolean
  /** What the token or the request has there, in words; null where the text says it already. */
  readonly found: string | null
  readonly parts: readonly RequirementCheck[]
}

/** Checks each thing that a rule asks for by itself, while a decision ends with the first that is lacking. */
export function checkEach(
  requirement: Requirement,
  principal: Principal,
  circumstances: Circumstances,
): readonly RequirementCheck[] {
  // What a decision shows as its principal was verified.
  const token = principal as VerifiedToken
  return piecesOf(requirement).map((piece) => check(piece, token, circumstances))
}

function check({ text, requirement, parts }: Piece, token: VerifiedToken, around: Circumstances): RequirementCheck {
  return {
    text,
    isMet: checkRequirements(token, requirement, around) === null,
    found: findIn(requirement, token, around),
    parts: parts.map((part) => check(part, token, around)),
  }
}

function findIn(
  { conditions: [condition], scopes, anyScope, permissions, anyPermission, stepUp }: Requirement,
  token: VerifiedToken,
  around: Circumstances,
): string | null {
  if (condition) return findForCondition(condition, token, around)
  if (scopes.length > 0 || anyScope) return listed("scope", token.scopes)
  if (permissions.length > 0 || anyPermission) return listed("permission", token.permissions)
  if (!stepUp) return null
  const { acrClaim, amrClaim, authTimeClaim } = around.issuer
  const name = stepUp.acr.length > 0 ? acrClaim : stepUp.amr.length > 0 ? amrClaim : authTimeClaim
  const value = claim(token.claims, name)
  const age =
    name === authTimeClaim && typeof value === "number" ? `, ${Math.round(around.now - value)} seconds ago` : ""
  return has(name, value) + age
}

function findForCondition(condition: Condition, token: VerifiedToken, { request }: Circumstances): string {
  const { claims } = token
  switch (condition.kind) {
    case "audience":
      return has("aud", claim(claims, "aud"))
    case "issuer":
      return has("iss", token.issuer)
    case "principal":
      return `by its claims it is ${{ user: "a user", machine: "a machine", unclear: "unclear which" }[principalKind(token)]}`
    case "grantType":
      return has("gty", claim(claims, "gty"))
    case "organization":
      return has("org_id", claim(claims, "org_id"))
    case "claim":
      return has(condition.path.join(" → "), readClaim(claims, condition.path)) + comparedWith(condition, token)
    case "parameter": {
      const value = decodeURIComponent(pathSegments(request.path)[condition.segment] ?? "")
      return `the path has ${printableValue(value)}${comparedWith(condition, token)}`
    }
    case "query":
      return requestHas(queryValue(request.query ?? "", condition.name)) + comparedWith(condition, token)
    case "header":
      return requestHas(request.headers[condition.name]) + comparedWith(condition, token)
  }
}

/** What the claim has that something is compared with, where it is one. */
function comparedWith(condition: Condition, { claims }: VerifiedToken): string {
  if (!("test" in condition)) return ""
  const { operand } = condition.test
  if (typeof operand !== "object" || !("claim" in operand)) return ""
  return `; ${has(operand.claim.join(" → "), readClaim(claims, operand.claim))}`
}

function has(name: string, value: unknown): string {
  return value === undefined ? `the token has no ${name}` : `the token's ${name} is ${printableValue(value)}`
}

function requestHas(value: string | null | undefined): string {
  if (value === undefined) return "the request has none"
  return value === null
    ? "the request has none that could be read in one way"
    : `the request has ${printableValue(value)}`
}

function listed(noun: string, values: readonly string[]): string {
  return values.length === 0 ? `the token has no ${noun}` : `the token has ${printableValue(values.join(" "))}`
}
