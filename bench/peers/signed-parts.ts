import { bearerToken } from "../peer.ts"

/** What a signature check needs of a token, as bytes. */
export interface SignedParts {
  readonly signedBytes: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
}

const encoder = new TextEncoder()

/** Splits and decodes a token, before the clock runs. Only for the limits: no verifier could have this done for it. */
export function signedParts(authorization: string): SignedParts {
  const token = bearerToken(authorization)
  const end = token.lastIndexOf(".")
  const binary = atob(
    token
      .slice(end + 1)
      .replaceAll("-", "+")
      .replaceAll("_", "/"),
  )
  return {
    signedBytes: encoder.encode(token.slice(0, end)) as Uint8Array<ArrayBuffer>,
    signature: Uint8Array.from(binary, (character) => character.charCodeAt(0)),
  }
}
