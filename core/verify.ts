import { andThen } from "./and-then.ts"
import { type Rejection, refuse } from "./decision.ts"
import type { VerificationKey } from "./key-generation.ts"
import type { Signatures } from "./signatures.ts"
import type { UntrustedToken } from "./token.ts"

declare const signed: unique symbol

/** The payload of a token whose signature holds: its issuer said this. To whom and until when is not checked yet. */
export interface SignedPayload {
  readonly [signed]: true
  readonly payload: Readonly<Record<string, unknown>>
}

type Verified = SignedPayload | Rejection

/**
 * Checks a token's signature with keys of the issuer that it names (RFC 7515 §5.2). The key's algorithm is used, which the
 * issuer's configuration allowed; the token's header has no further say. Where the platform checks at once, so does this.
 */
export function verifySignature(
  token: UntrustedToken,
  keys: readonly VerificationKey[],
  signatures: Signatures,
  index = 0,
): Verified | Promise<Verified> {
  const key = keys[index]
  if (!key) return refuse("signature_invalid")
  return andThen<boolean, Verified>(
    signatures.verify(key.handle, key.algorithm, token.signature, token.signedBytes),
    (holds) => {
      if (holds) return { payload: token.untrustedPayload } as SignedPayload
      return verifySignature(token, keys, signatures, index + 1)
    },
  )
}
