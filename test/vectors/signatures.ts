import { constants, type KeyObject, sign } from "node:crypto"
import type { AlgorithmName } from "../../core/index.ts"
import { type IssuerKey, makeKey } from "../support/signing-issuer.ts"

/** A signature over `data`, and whether it holds. */
export interface SignatureVector {
  readonly name: string
  readonly algorithm: AlgorithmName
  readonly key: IssuerKey
  readonly data: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
  readonly holds: boolean
}

const keys = {
  RSA: makeKey("rsa", {}),
  "P-256": makeKey("P-256", {}),
  "P-384": makeKey("P-384", {}),
  "P-521": makeKey("P-521", {}),
  Ed25519: makeKey("Ed25519", {}),
}
const others = { ...keys, RSA: makeKey("rsa", {}), "P-256": makeKey("P-256", {}), Ed25519: makeKey("Ed25519", {}) }

const data = Uint8Array.from(Buffer.from("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9"))

/** The order of each curve (SEC 2), which r and s must be below and above 0. */
const curves = {
  ES256: { curve: "P-256", order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, bytes: 32 },
  ES384: {
    curve: "P-384",
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    bytes: 48,
  },
  ES512: {
    curve: "P-521",
    order: BigInt(`0x01${"ff".repeat(32)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`),
    bytes: 66,
  },
} as const

type Make = (key: KeyObject) => Uint8Array
const rsa = (hash: string, padding: number, saltLength?: number): Make => {
  return (key) => sign(hash, data, { key, padding, ...(saltLength !== undefined && { saltLength }) })
}
const ecdsa = (hash: string, dsaEncoding: "ieee-p1363" | "der" = "ieee-p1363"): Make => {
  return (key) => sign(hash, data, { key, dsaEncoding })
}
const pkcs1 = constants.RSA_PKCS1_PADDING
const pss = constants.RSA_PKCS1_PSS_PADDING

/** Signatures of every algorithm: right ones, and what should not pass for one. */
export const signatureVectors: readonly SignatureVector[] = [
  ...rsaVectors("RS256", rsa("sha256", pkcs1), {
    "with SHA-1": rsa("sha1", pkcs1),
    "with SHA-512": rsa("sha512", pkcs1),
  }),
  ...rsaVectors("RS384", rsa("sha384", pkcs1), { "with SHA-256": rsa("sha256", pkcs1) }),
  ...rsaVectors("RS512", rsa("sha512", pkcs1), { "with SHA-256": rsa("sha256", pkcs1) }),
  ...rsaVectors("PS256", rsa("sha256", pss, 32), {
    "of PKCS #1": rsa("sha256", pkcs1),
    "without salt": rsa("sha256", pss, 0),
    "with a salt of 20 bytes": rsa("sha256", pss, 20),
    "with as much salt as there is room": rsa("sha256", pss, constants.RSA_PSS_SALTLEN_MAX_SIGN),
  }),
  ...rsaVectors("PS384", rsa("sha384", pss, 48), { "with a salt of 32 bytes": rsa("sha384", pss, 32) }),
  ...rsaVectors("PS512", rsa("sha512", pss, 64), { "with a salt of 32 bytes": rsa("sha512", pss, 32) }),
  ...vectorsOf("PS256", keys.RSA, {
    "with a leading zero": { make: withLeadingZero(rsa("sha256", pss, 32)), holds: true },
    "its leading zero left out": { make: (key) => withLeadingZero(rsa("sha256", pss, 32))(key).slice(1), holds: false },
  }),
  ...vectorsOf("RS256", keys.RSA, { "of PSS": { make: rsa("sha256", pss, 32), holds: false } }),
  ...ecdsaVectors("ES256", "sha256"),
  ...ecdsaVectors("ES384", "sha384"),
  ...ecdsaVectors("ES512", "sha512"),
  ...(["EdDSA", "Ed25519"] as const).flatMap(edVectors),
]

interface Case {
  readonly make: Make
  readonly holds: boolean
}

/** One whose first byte is zero: it says the same number without that byte. Of 256 signatures with a random salt, one is. */
function withLeadingZero(make: Make): Make {
  return (key) => {
    let signature = make(key)
    while (signature[0] !== 0) signature = make(key)
    return signature
  }
}

function vectorsOf(algorithm: AlgorithmName, key: IssuerKey, cases: Readonly<Record<string, Case>>): SignatureVector[] {
  return Object.entries(cases).map(([name, { make, holds }]) => {
    const signature = Uint8Array.from(make(key.privateKey))
    return { name: `${algorithm}: ${name}`, algorithm, key, data, signature, holds }
  })
}

/** What no algorithm takes: other keys, other data, other lengths, changed bits. */
function commonVectors(algorithm: AlgorithmName, key: IssuerKey, other: IssuerKey, make: Make): SignatureVector[] {
  const changed = (change: (right: Uint8Array) => Uint8Array): Case => ({
    make: (privateKey) => change(make(privateKey)),
    holds: false,
  })
  const flipped = (at: number, bit: number) =>
    changed((right) => right.map((byte, index) => (index === at % right.length ? byte ^ bit : byte)))
  const rows = vectorsOf(algorithm, key, {
    right: { make, holds: true },
    empty: changed(() => new Uint8Array(0)),
    "nothing but zeros": changed((right) => right.map(() => 0)),
    "nothing but ones": changed((right) => right.map(() => 255)),
    "a byte short": changed((right) => right.slice(0, -1)),
    "a byte short in front": changed((right) => right.slice(1)),
    "a byte long": changed((right) => Uint8Array.of(...right, 0)),
    "a byte long in front": changed((right) => Uint8Array.of(0, ...right)),
    doubled: changed((right) => Uint8Array.of(...right, ...right)),
    "a bit of the first byte": flipped(0, 1),
    "a bit of the middle": flipped(33, 128),
    "a bit of the last byte": { ...changed((right) => right.with(-1, (right.at(-1) ?? 0) ^ 1)) },
    "of another key": { make: () => make(other.privateKey), holds: false },
  })
  const [right] = rows
  if (!right) return rows
  const otherData = data.with(-1, (data.at(-1) ?? 0) ^ 1)
  return [...rows, { ...right, name: `${algorithm}: other data`, data: otherData, holds: false }]
}

function rsaVectors(algorithm: AlgorithmName, make: Make, wrong: Readonly<Record<string, Make>>): SignatureVector[] {
  const cases = Object.entries(wrong).map(([name, makeWrong]) => [name, { make: makeWrong, holds: false }] as const)
  return [
    ...commonVectors(algorithm, keys.RSA, others.RSA, make),
    ...vectorsOf(algorithm, keys.RSA, Object.fromEntries(cases)),
  ]
}

function ecdsaVectors(algorithm: "ES256" | "ES384" | "ES512", hash: string): SignatureVector[] {
  const { curve, order, bytes } = curves[algorithm]
  const toBytes = (value: bigint, length: number) => Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex")
  const read = (half: Uint8Array) => BigInt(`0x${Buffer.from(half).toString("hex")}`)
  const pair = (change: (r: bigint, s: bigint) => readonly [bigint, bigint], length: number = bytes): Make => {
    return (key) => {
      const right = ecdsa(hash)(key)
      const [r, s] = change(read(right.subarray(0, bytes)), read(right.subarray(bytes)))
      return Buffer.concat([toBytes(r, length), toBytes(s, length)])
    }
  }
  const other = algorithm === "ES256" ? others["P-256"] : makeKey(curve, {})
  return [
    ...commonVectors(algorithm, keys[curve], other, ecdsa(hash)),
    ...vectorsOf(algorithm, keys[curve], {
      "each half with a zero in front": { make: pair((r, s) => [r, s], bytes + 1), holds: false },
      "in DER": { make: ecdsa(hash, "der"), holds: false },
      "r and s of zero": { make: pair(() => [0n, 0n]), holds: false },
      "r of zero": { make: pair((_r, s) => [0n, s]), holds: false },
      "s of zero": { make: pair((r) => [r, 0n]), holds: false },
      "r and s of the order": { make: pair(() => [order, order]), holds: false },
      "r past the order": { make: pair((_r, s) => [order + 1n, s]), holds: false },
      "s past the order": { make: pair((r) => [r, order + 1n]), holds: false },
      // ECDSA has two signatures for each (FIPS 186-5 §6.4); what is remembered or revoked must not go by them.
      "the other s": { make: pair((r, s) => [r, order - s]), holds: true },
    }),
  ]
}

function edVectors(algorithm: "EdDSA" | "Ed25519"): SignatureVector[] {
  const order = 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn
  const make: Make = (key) => sign(null, data, key)
  return [
    ...commonVectors(algorithm, keys.Ed25519, others.Ed25519, make),
    ...vectorsOf(algorithm, keys.Ed25519, {
      // RFC 8032 §5.1.7: S must be below the order, or one signature has several forms.
      "S past the order": {
        holds: false,
        make(key) {
          const right = make(key)
          const s = BigInt(`0x${Buffer.from(right.subarray(32)).reverse().toString("hex")}`) + order
          const bytes = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse()
          return Buffer.concat([right.subarray(0, 32), bytes])
        },
      },
    }),
  ]
}
