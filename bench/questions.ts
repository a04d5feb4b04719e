import type { Question } from "./gate.ts"
import { type Issuer, mintExpiredToken, mintToken, mintTokenForAnother, swapPayload } from "./tokens.ts"

/** The four tokens that tell a verifier from something that is merely fast. */
export function questionsFrom(issuer: Issuer): readonly Question[] {
  const valid = mintToken(issuer)
  const tampered = swapPayload(valid, mintToken(issuer, { scope: "openid read:orders write:orders" }))
  const questions = [
    { name: "valid", token: valid, letIn: true, aboutClaims: false },
    { name: "expired", token: mintExpiredToken(issuer), letIn: false, aboutClaims: true },
    { name: "tampered", token: tampered, letIn: false, aboutClaims: false },
    { name: "wrong audience", token: mintTokenForAnother(issuer), letIn: false, aboutClaims: true },
  ] as const
  return questions.map(({ token, ...question }) => ({ ...question, authorization: `Bearer ${token}` }))
}
