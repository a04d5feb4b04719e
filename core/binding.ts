import type { VerifiedToken } from "./claims.ts"
import { claim, type Rejection, refuse } from "./decision.ts"

/**
 * Refuses a token that is bound to a key (`cnf`, RFC 7800), since no proof of possession is understood yet: taking it as a
 * plain bearer token would undo what the binding is for (RFC 9449 §7.2, RFC 8705 §3).
 */
export function checkBinding(token: VerifiedToken): null | Rejection {
  return claim(token.claims, "cnf") === undefined ? null : refuse("binding_missing", { found: "cnf" })
}
