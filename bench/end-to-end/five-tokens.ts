import { type Issuer, mintToken, settingsFor, swapPayload } from "../tokens.ts"

/** A token with the one right answer to it. */
export interface TokenQuestion {
  readonly name: "valid" | "expired" | "tampered" | "wrong audience" | "missing"
  /** Empty for none. */
  readonly token: string
  readonly letIn: boolean
}

/** The tokens of an issuer, named by its URL, that tell whether somebody checks them at all. */
export function fiveTokens(from: Issuer, iss: string): readonly TokenQuestion[] {
  const now = Math.floor(Date.now() / 1000)
  const valid = mintToken(from, { iss })
  const tampered = swapPayload(valid, mintToken(from, { iss, scope: "openid read:orders write:orders" }))
  return [
    { name: "valid", token: valid, letIn: true },
    { name: "expired", token: mintToken(from, { iss, iat: now - 7200, exp: now - 3600 }), letIn: false },
    { name: "tampered", token: tampered, letIn: false },
    { name: "wrong audience", token: mintToken(from, { iss, aud: "https://api.another.example" }), letIn: false },
    { name: "missing", token: "", letIn: false },
  ]
}

/** What the issuer's tokens are for. */
export const audienceOf = (issuer: Issuer) => settingsFor(issuer, "node").audience
