import type { AlgorithmName } from "../../core/index.ts"
import { webCryptoSignatures } from "../../core/signatures.ts"

/** What a POST asks about: a key, and a signature over data as lists of bytes. */
interface Question {
  readonly jwk: { readonly kty: string } & Readonly<Record<string, string>>
  readonly algorithm: AlgorithmName
  readonly signature: readonly number[]
  readonly data: readonly number[]
}

/** Answers whether signatures hold. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { jwk, algorithm, signature, data } = (await request.json()) as Question
    const key = await webCryptoSignatures.importKey(jwk, algorithm)
    const bytes = (list: readonly number[]) => Uint8Array.from(list)
    return Response.json(await webCryptoSignatures.verify(key, algorithm, bytes(signature), bytes(data)))
  },
}
