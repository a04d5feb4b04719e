import type { VerifiedToken } from "./claims.ts"
import { type Rejection, refuse } from "./decision.ts"
import type { Rule } from "./routes.ts"

/**
 * Checks that a verified token has what a rule asks for, or says exactly what it lacks. A refusal for want of scope names
 * the scopes that would have been enough (RFC 6750 §3): all that the rule asks for, and the first of its alternatives.
 */
export function checkRequirements(token: VerifiedToken, rule: Rule): null | Rejection {
  const missingScopes = rule.scopes.filter((scope) => !token.scopes.includes(scope))
  const anyScopeMet = meetsOne(token.scopes, rule.anyScope)
  if (missingScopes.length > 0 || !anyScopeMet) {
    const enough = [...rule.scopes, ...(rule.anyScope && !anyScopeMet ? rule.anyScope.slice(0, 1) : [])]
    const oneOf = anyScopeMet ? null : rule.anyScope
    return refuse("scope_insufficient", { missing: missingScopes, ...(oneOf && { oneOf }) }, [...new Set(enough)])
  }

  const missingPermissions = rule.permissions.filter((permission) => !token.permissions.includes(permission))
  const anyPermissionMet = meetsOne(token.permissions, rule.anyPermission)
  if (missingPermissions.length > 0 || !anyPermissionMet) {
    const oneOf = anyPermissionMet ? null : rule.anyPermission
    return refuse("permission_insufficient", { missing: missingPermissions, ...(oneOf && { oneOf }) })
  }
  return null
}

function meetsOne(held: readonly string[], wanted: readonly string[] | null): boolean {
  return wanted === null || wanted.some((value) => held.includes(value))
}
