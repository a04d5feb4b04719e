import { algorithms } from "./algorithms.ts"
import { type Rejection, refuse } from "./decision.ts"
import type { VerificationKey } from "./key-ring.ts"
import type { UntrustedToken } from "./token.ts"

declare const signed: unique symbol

/** The payload of a token whose signature holds: its issuer said this. To whom and until when is not checked yet. */
export interface SignedPayload {
  readonly [signed]: true
  readonly payload: Readonly<Record<string, unknown>>
}

/**
 * Checks a token's signature with keys of the issuer that it names (RFC 7515 §5.2). The key's algorithm is used, which the
 * issuer's configuration allowed; the token's header has no further say.
 */
export async function verifySignature(
  { signedBytes, signature, untrustedPayload }: UntrustedToken,
  keys: readonly VerificationKey[],
): Promise<SignedPayload | Rejection> {
  for (const { cryptoKey, algorithm } of keys) {
    const { verifyParameters } = algorithms[algorithm]
    if (await crypto.subtle.verify(verifyParameters, cryptoKey, signature, signedBytes))
      return { payload: untrustedPayload } as SignedPayload
  }
  return refuse("signature_invalid")
}
