import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type AlgorithmName, algorithms, type Signatures } from "../../core/index.ts"
import { readPublicKey } from "../../core/public-key.ts"
import { webCryptoSignatures } from "../../core/signatures.ts"
import { nodeSignatures } from "../../lambda/signatures.ts"
import { sendRaw } from "../support/raw-http.ts"
import { base64url, type IssuerKey } from "../support/signing-issuer.ts"
import { type RunningWorker, startWorkerd } from "../support/workerd.ts"
import { type SignatureVector, signatureVectors } from "./signatures.ts"

let worker: RunningWorker
beforeAll(async () => {
  worker = await startWorkerd({ entryPoint: "test/support/signatures.worker.ts" })
})
afterAll(() => worker.close())

const inWorkerd: Check = async ({ key, algorithm, signature, data }) => {
  const body = JSON.stringify({ jwk: jwkOf(key), algorithm, signature: [...signature], data: [...data] })
  return JSON.parse(
    (await sendRaw(worker.host, { method: "POST", target: "/", headers: [["Host", "worker"]], body })).body,
  )
}

/** Whether a signature holds. */
type Check = (vector: Omit<SignatureVector, "name" | "holds">) => Promise<boolean>

describe.each<[string, Check]>([
  ["WebCrypto in Node", checkWith(webCryptoSignatures)],
  ["WebCrypto in workerd", inWorkerd],
  ["node:crypto", checkWith(nodeSignatures)],
])("%s", (_name, check) => {
  test.each(signatureVectors.map((vector) => [vector.name, vector] as const))("%s", async (_vector, vector) => {
    expect(await check(vector)).toBe(vector.holds)
  })
})

test("there are vectors of every algorithm", () => {
  expect(new Set(signatureVectors.map(({ algorithm }) => algorithm))).toEqual(new Set(Object.keys(algorithms)))
})

test("node:crypto and WebCrypto agree on signatures of any form", async () => {
  const vector = fc.constantFrom(...signatureVectors)
  const change = fc.oneof(
    fc.record({ at: fc.nat(), to: fc.nat(255) }),
    fc.record({ signature: fc.uint8Array({ maxLength: 300 }) }),
  )
  await fc.assert(
    fc.asyncProperty(vector, change, async (right, change) => {
      const signature =
        "at" in change
          ? right.signature.map((byte, index) => (index === change.at % right.signature.length ? change.to : byte))
          : new Uint8Array(change.signature)
      const question = { ...right, signature }
      expect(await checkWith(nodeSignatures)(question)).toBe(await checkWith(webCryptoSignatures)(question))
    }),
    { numRuns: 1000 },
  )
})

test("a key that is no point of its curve is refused by both", async () => {
  const { key } = signatureVectors.find(({ algorithm }) => algorithm === "ES256") as SignatureVector
  const y = Buffer.from(String(key.jwk.y), "base64url")
  const jwk = { ...jwkOf(key), y: base64url(y.with(0, (y[0] ?? 0) ^ 1)) }
  for (const signatures of [nodeSignatures, webCryptoSignatures])
    await expect((async () => signatures.importKey(jwk, "ES256"))()).rejects.toThrow()
})

function checkWith(signatures: Signatures): Check {
  return async ({ key, algorithm, signature, data }) =>
    signatures.verify(await importKey(signatures, key, algorithm), algorithm, signature, data)
}

function importKey(signatures: Signatures, key: IssuerKey, algorithm: AlgorithmName) {
  return signatures.importKey(jwkOf(key), algorithm)
}

/** As the core hands keys over: checked and stripped. */
function jwkOf({ jwk }: IssuerKey) {
  const key = readPublicKey(jwk)
  if (typeof key === "string") throw new Error(key)
  return key.jwk
}
