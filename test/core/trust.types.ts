// Nothing here runs: `tsc -p test` is the test. Each line below it must not compile, or the compiler says that it does.

import { checkBinding } from "../../core/binding.ts"
import { type VerifiedToken, verifyClaims } from "../../core/claims.ts"
import { fault, refuse } from "../../core/decision.ts"
import type { FaultReason, Issuer, Principal, Reason, RefusalReason } from "../../core/index.ts"
import { type Circumstances, checkRequirements } from "../../core/requirements.ts"
import type { Rule } from "../../core/routes.ts"
import type { UntrustedToken } from "../../core/token.ts"
import { type SignedPayload, verifySignature } from "../../core/verify.ts"

declare const decoded: UntrustedToken
declare const signed: SignedPayload
declare const verified: VerifiedToken
declare const principal: Principal
declare const rule: Rule
declare const around: Circumstances
declare const issuer: Issuer

checkRequirements(verified, rule.requirement, around)
checkBinding(verified)
verifyClaims(signed, issuer, 0, 0)

// @ts-expect-error — a decoded token means nothing yet
checkRequirements(decoded, rule.requirement, around)
// @ts-expect-error — nor do its claims
checkRequirements(decoded.untrustedPayload, rule.requirement, around)
// @ts-expect-error — who signed is known, but not for whom and until when
checkRequirements(signed, rule.requirement, around)
// @ts-expect-error — a principal may have been made by hand, or read from a log
checkRequirements(principal, rule.requirement, around)
// @ts-expect-error — the same holds for what the token is bound to
checkBinding(decoded)
// @ts-expect-error
checkBinding(signed)
// @ts-expect-error
checkBinding(principal)

// @ts-expect-error — claims are looked at after the signature
verifyClaims(decoded, issuer, 0, 0)
// @ts-expect-error — and a payload is not signed because somebody says so
verifyClaims({ payload: decoded.untrustedPayload }, issuer, 0, 0)

// @ts-expect-error — only verifyClaims makes one
const byHand: VerifiedToken = {
  issuer: "https://tenant.example/",
  subject: "auth0|root",
  clientId: null,
  scopes: ["admin"],
  permissions: [],
  expiresAt: 0,
  claims: {},
}
// @ts-expect-error — copying a principal makes none either
const byCopy: VerifiedToken = { ...principal }
// @ts-expect-error — what may be a rejection is no signed payload before it was asked
const unasked: SignedPayload = await verifySignature(decoded, [])
// @ts-expect-error
const unaskedToken: VerifiedToken = verifyClaims(signed, issuer, 0, 0)

// @ts-expect-error — a reason needs its row
const invented: Reason = "token_ugly"
// @ts-expect-error
refuse("token_ugly")
// @ts-expect-error — an outage is no refusal
refuse("keys_unreachable")
// @ts-expect-error — and a refusal no outage
fault("token_expired", 5)
// @ts-expect-error — nothing is both
const both: RefusalReason & FaultReason = "token_expired"

export const unused = [byHand, byCopy, unasked, unaskedToken, invented, both]
