import type { VerifiedToken } from "./claims.ts"
import { holds, type LookedAt } from "./conditions.ts"
import type { Issuer } from "./config.ts"
import { type Rejection, refuse } from "./decision.ts"
import type { RefusalReason } from "./reasons.ts"
import type { Condition, Requirement } from "./requirement.ts"
import { checkStepUp } from "./step-up.ts"

/** What a requirement is held against beside the token. Times are in seconds. */
export interface Circumstances {
  readonly request: LookedAt
  /** The token's issuer, as configured. */
  readonly issuer: Issuer
  readonly now: number
  readonly clockToleranceSeconds: number
}

/**
 * Checks that a verified token, and the request it came with, meet a requirement, or says exactly what is lacking. A refusal
 * for want of scope names the scopes that would have been enough (RFC 6750 §3): all that are asked for, and the first of
 * alternatives; one for want of authentication names that (RFC 9470 §3). Where one of several requirements would do, the first is
 * the one whose lack is told. Authentication comes last: nobody is sent to authenticate again for what they may not do anyway.
 */
export function checkRequirements(
  token: VerifiedToken,
  requirement: Requirement,
  circumstances: Circumstances,
): null | Rejection {
  return checkAuthority(token, requirement, circumstances) ?? checkAuthentication(token, requirement, circumstances)
}

function checkAuthority(token: VerifiedToken, requirement: Requirement, around: Circumstances): null | Rejection {
  for (const condition of requirement.conditions)
    if (!holds(condition, token, around.issuer, around.request))
      return refuse(reasonFor(condition), factsOf(condition, requirement))

  const { scopes, anyScope, permissions, anyPermission } = requirement
  const missingScopes = scopes.filter((scope) => !token.scopes.includes(scope))
  const anyScopeMet = meetsOne(token.scopes, anyScope)
  if (missingScopes.length > 0 || !anyScopeMet) {
    const enough = [...scopes, ...(anyScope && !anyScopeMet ? anyScope.slice(0, 1) : [])]
    const oneOf = anyScopeMet ? null : anyScope
    return refuse("scope_insufficient", { missing: missingScopes, ...(oneOf && { oneOf }) }, { scope: unique(enough) })
  }

  const missingPermissions = permissions.filter((permission) => !token.permissions.includes(permission))
  const anyPermissionMet = meetsOne(token.permissions, anyPermission)
  if (missingPermissions.length > 0 || !anyPermissionMet) {
    const oneOf = anyPermissionMet ? null : anyPermission
    return refuse("permission_insufficient", { missing: missingPermissions, ...(oneOf && { oneOf }) })
  }

  for (const part of requirement.allOf) {
    const lack = checkAuthority(token, part, around)
    if (lack) return lack
  }
  return requirement.anyOf && checkAlternatives(token, requirement.anyOf, around, checkAuthority)
}

function checkAuthentication(token: VerifiedToken, requirement: Requirement, around: Circumstances): null | Rejection {
  const { stepUp, allOf, anyOf } = requirement
  const { issuer, now, clockToleranceSeconds } = around
  const lack = stepUp && checkStepUp(token, stepUp, issuer, now, clockToleranceSeconds)
  if (lack) return lack
  for (const part of allOf) {
    const partLacks = checkAuthentication(token, part, around)
    if (partLacks) return partLacks
  }
  // One and the same alternative has to do in every respect.
  const able = anyOf?.filter((part) => checkAuthority(token, part, around) === null)
  return able ? checkAlternatives(token, able, around, checkAuthentication) : null
}

/** One is enough; of several that won't do, the first tells why. */
function checkAlternatives(
  token: VerifiedToken,
  alternatives: readonly Requirement[],
  around: Circumstances,
  check: typeof checkAuthority,
): null | Rejection {
  let first: Rejection | null = null
  for (const alternative of alternatives) {
    const lack = check(token, alternative, around)
    if (lack === null) return null
    first ??= lack
  }
  return first
}

/** A token for another audience or of another issuer is no token here; with any other lack, it is one that is not enough. */
function reasonFor({ kind }: Condition): RefusalReason {
  if (kind === "audience") return "audience_mismatch"
  return kind === "issuer" ? "issuer_untrusted" : "requirement_unmet"
}

function factsOf({ text }: Condition, { name }: Requirement) {
  return { unmet: text, ...(name !== null && { requirement: name }) }
}

function meetsOne(held: readonly string[], wanted: readonly string[] | null): boolean {
  return wanted === null || wanted.some((value) => held.includes(value))
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
