/**
 * Every way a decision can end other than "allow". One row a reason: its kind, the status it meets the caller with, the
 * OAuth error code (RFC 6750 §3.1, RFC 9470 §3; null where the RFCs want none) and a text that may be shown to anybody.
 *
 * A refusal is the caller's to mend; a fault is the issuer's or ours, is never a 401 and is never cached.
 */
const table = {
  path_ambiguous: refusal(400, null, "The path can be read in more than one way"),
  route_unknown: refusal(403, null, "No rule covers this request"),
  credentials_missing: refusal(401, null, "An access token is required"),
  credentials_malformed: refusal(400, "invalid_request", "The Authorization header is malformed"),
  credentials_multiple: refusal(400, "invalid_request", "More than one access token was presented"),
  token_too_large: refusal(401, "invalid_token", "The access token is too large"),
  token_malformed: refusal(401, "invalid_token", "The access token is not a well-formed JWT"),
  token_type: refusal(401, "invalid_token", "The token is not an access token"),
  critical_header: refusal(401, "invalid_token", "The access token demands an extension that is not supported"),
  algorithm_not_allowed: refusal(
    401,
    "invalid_token",
    "The access token is signed with an algorithm that is not allowed",
  ),
  issuer_untrusted: refusal(401, "invalid_token", "The access token comes from an unknown issuer"),
  key_unknown: refusal(401, "invalid_token", "The access token is signed with an unknown key"),
  signature_invalid: refusal(401, "invalid_token", "The signature of the access token is invalid"),
  token_expired: refusal(401, "invalid_token", "The access token expired"),
  token_not_yet_valid: refusal(401, "invalid_token", "The access token is not valid yet"),
  token_lifetime: refusal(401, "invalid_token", "The access token lives longer than is allowed"),
  audience_mismatch: refusal(401, "invalid_token", "The access token is meant for another API"),
  claim_missing: refusal(401, "invalid_token", "The access token lacks a claim that is required"),
  claim_invalid: refusal(401, "invalid_token", "A claim of the access token is malformed"),
  binding_missing: refusal(401, "invalid_token", "The access token is bound to a key that was not proven"),
  scope_insufficient: refusal(403, "insufficient_scope", "The access token lacks a scope that is required"),
  permission_insufficient: refusal(403, "insufficient_scope", "The access token lacks a permission that is required"),
  requirement_unmet: refusal(403, null, "The access token does not allow this request"),
  authentication_insufficient: refusal(
    401,
    "insufficient_user_authentication",
    "The user has to authenticate again, more strongly or more recently",
  ),
  keys_unreachable: fault("The keys of the issuer can't be reached"),
  keys_invalid: fault("The keys of the issuer can't be used"),
} as const satisfies Record<string, ReasonRow>

interface ReasonRow {
  readonly kind: "refusal" | "fault"
  readonly status: 400 | 401 | 403 | 503
  readonly error: OAuthError | null
  readonly text: string
}

type OAuthError = "invalid_request" | "invalid_token" | "insufficient_scope" | "insufficient_user_authentication"
type ReasonsOf<Kind> = {
  [R in keyof typeof table]: (typeof table)[R]["kind"] extends Kind ? R : never
}[keyof typeof table]

/** Why a caller was refused. */
export type RefusalReason = ReasonsOf<"refusal">
/** Why no decision could be made. */
export type FaultReason = ReasonsOf<"fault">
/** Anything that ends a decision other than "allow". */
export type Reason = RefusalReason | FaultReason

/** The table of reasons, by reason. Match on the reason, never on its text: texts may change in any release. */
export const reasons: Readonly<Record<Reason, ReasonRow>> = table

function refusal(status: 400 | 401 | 403, error: OAuthError | null, text: string) {
  return { kind: "refusal", status, error, text } as const
}

function fault(text: string) {
  return { kind: "fault", status: 503, error: null, text } as const
}
