import { constants, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { type Algorithm, type AlgorithmName, algorithms, type PublicKey } from "../../core/index.ts"
import { readPublicKey } from "../../core/public-key.ts"

interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: PublicKey
}

/** One for each kind of key, made when it is first needed. No other process knows them. */
const pairs = new Map<string, Pair>()

/** A token with just these claims, and a header of this type, as an issuer would sign it. */
export function signOffline(claims: object, algorithm: AlgorithmName, type: string): string {
  const { privateKey, publicKey } = pairFor(algorithm)
  const header = { alg: algorithm, typ: type, kid: publicKey.kid }
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")
  return `${signed}.${signBytes(privateKey, algorithm, Buffer.from(signed)).toString("base64url")}`
}

/** The keys that such tokens are checked with. */
export function offlineKeys(algorithm: AlgorithmName): readonly PublicKey[] {
  return [pairFor(algorithm).publicKey]
}

function pairFor(name: AlgorithmName): Pair {
  const { kty, crv } = algorithms[name]
  const kid = crv ?? kty
  const pair = pairs.get(kid) ?? makePair(algorithms[name], kid)
  pairs.set(kid, pair)
  return pair
}

function makePair(algorithm: Algorithm, kid: string): Pair {
  const { privateKey, publicKey } = generatePair(algorithm)
  const key = readPublicKey({ ...publicKey.export({ format: "jwk" }), kid })
  if (typeof key === "string") throw new Error(`a key that was just made: ${key}`)
  return { privateKey, publicKey: key }
}

function generatePair({ kty, crv }: Algorithm) {
  if (kty === "RSA") return generateKeyPairSync("rsa", { modulusLength: 2048 })
  return crv === null || kty === "OKP" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: crv })
}

/** RFC 7518 §3.3 to §3.5 and RFC 8037 §3.1. */
function signBytes(key: KeyObject, algorithm: AlgorithmName, data: Buffer): Buffer {
  const { kty, verifyParameters }: Algorithm = algorithms[algorithm]
  const hash = kty === "OKP" ? null : `sha${algorithm.slice(2)}`
  if (kty === "EC") return sign(hash, data, { key, dsaEncoding: "ieee-p1363" })
  const { saltLength } = verifyParameters
  return sign(
    hash,
    data,
    saltLength === undefined ? key : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
  )
}
