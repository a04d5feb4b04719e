import { describe, expect, test } from "vitest"
import { type FetchLimits, type HttpGet, type KeySetLoad, loadKeySet } from "../../core/index.ts"
import { keys } from "./standing-issuer.ts"

type Answer = { status: number; body: string } | object | Error

const issuer = "https://tenant.example/"
const discovery = "https://tenant.example/.well-known/openid-configuration"
const jwksUri = "https://tenant.example/keys"
const good = keys.rsa.jwk

const limits: FetchLimits = { fetchTimeoutSeconds: 3, maximumDocumentBytes: 150_000, maximumKeys: 100 }
const now = Date.UTC(2026, 10, 1)

/** Loads with a network that knows these answers only; an object is sent as JSON, an error ends the connection. */
async function load(answers: Record<string, Answer>, source = { issuer, jwksUri: null as string | null }) {
  const asked: string[] = []
  const get: HttpGet = async (url, allowed) => {
    asked.push(url)
    expect(allowed).toEqual(limits)
    const answer = answers[url] ?? new Error("nothing there")
    if (answer instanceof Error) throw answer
    return "status" in answer
      ? (answer as { status: number; body: string })
      : { status: 200, body: JSON.stringify(answer) }
  }
  return { asked, result: await loadKeySet({ ...source, limits }, get, now) }
}
const loadKeys = async (...entries: unknown[]) =>
  (await load({ [jwksUri]: { keys: entries } }, { issuer, jwksUri })).result
const detailOf = (result: KeySetLoad) => (result.ok ? "loaded" : `${result.reason}: ${result.detail}`)

describe("where keys are", () => {
  test("is asked of the issuer", async () => {
    const { asked, result } = await load({ [discovery]: { issuer, jwks_uri: jwksUri }, [jwksUri]: { keys: [good] } })
    expect(asked).toEqual([discovery, jwksUri])
    expect(result).toMatchObject({ ok: true, keys: [{ kid: "rsa", kty: "RSA" }], skipped: [] })
  })

  test("may be elsewhere than the issuer", async () => {
    const elsewhere = "https://keys.example/"
    const { result } = await load({ [discovery]: { issuer, jwks_uri: elsewhere }, [elsewhere]: { keys: [good] } })
    expect(result.ok).toBe(true)
  })

  test("is not asked where it is known", async () => {
    const { asked } = await load({ [jwksUri]: { keys: [good] } }, { issuer, jwksUri })
    expect(asked).toEqual([jwksUri])
  })

  test.each([
    "https://tenant.example",
    "https://tenant.example/",
    "https://tenant.example/realm",
    "https://tenant.example/realm/",
  ])("is asked below %s", async (name) => {
    const { asked } = await load({}, { issuer: name, jwksUri: null })
    expect(asked).toEqual([`${name.replace(/\/$/, "")}/.well-known/openid-configuration`])
  })

  test.each([
    ["another issuer", { issuer: "https://evil.example/", jwks_uri: jwksUri }],
    ["an issuer that lacks the slash", { issuer: issuer.slice(0, -1), jwks_uri: jwksUri }],
    ["an issuer in a list", { issuer: [issuer], jwks_uri: jwksUri }],
    ["no issuer", { jwks_uri: jwksUri }],
    ["no jwks_uri", { issuer }],
    ["a jwks_uri that is no string", { issuer, jwks_uri: [jwksUri] }],
    ["keys over http", { issuer, jwks_uri: "http://tenant.example/keys" }],
    ["keys on this machine, over http", { issuer, jwks_uri: "http://127.0.0.1/keys" }],
    ["keys in a file", { issuer, jwks_uri: "file:///etc/keys" }],
    ["keys in the URL", { issuer, jwks_uri: 'data:application/json,{"keys":[]}' }],
    ["keys on a metadata service", { issuer, jwks_uri: "https://169.254.169.254/keys" }],
    ["a relative jwks_uri", { issuer, jwks_uri: "/keys" }],
  ])("is not believed: %s", async (_name, document) => {
    const { asked, result } = await load({ [discovery]: document })
    expect(detailOf(result)).toMatch(/^keys_invalid: /)
    expect(asked).toEqual([discovery])
  })

  test("may be over http where the issuer itself is, on this machine", async () => {
    const local = "http://127.0.0.1:4000/"
    const document = { issuer: local, jwks_uri: "http://localhost:4001/keys" }
    const answers = {
      [`${local}.well-known/openid-configuration`]: document,
      "http://localhost:4001/keys": { keys: [good] },
    }
    expect((await load(answers, { issuer: local, jwksUri: null })).result.ok).toBe(true)
  })
})

describe("an answer that is none", () => {
  test.each<[name: string, answer: Answer, detail: string]>([
    ["no connection", new Error("refused"), "keys_unreachable: https://tenant.example/keys: refused"],
    [
      "no address that answers",
      Object.assign(new AggregateError([], ""), { code: "ECONNREFUSED" }),
      "keys_unreachable: https://tenant.example/keys: ECONNREFUSED",
    ],
    ["a redirect", { status: 302, body: "" }, "keys_unreachable: https://tenant.example/keys: answered 302"],
    ["an error", { status: 500, body: '{"keys":[]}' }, "keys_unreachable: https://tenant.example/keys: answered 500"],
    ["nothing", { status: 204, body: "" }, "keys_unreachable: https://tenant.example/keys: answered 204"],
    ["no JSON", { status: 200, body: "<html>" }, "keys_invalid: https://tenant.example/keys: is not JSON"],
    ["an empty body", { status: 200, body: "" }, "keys_invalid: https://tenant.example/keys: is not JSON"],
    ["a list", { status: 200, body: "[]" }, "keys_invalid: https://tenant.example/keys: is not a JSON object"],
    ["null", { status: 200, body: "null" }, "keys_invalid: https://tenant.example/keys: is not a JSON object"],
    ["no keys", {}, "keys_invalid: https://tenant.example/keys: has no list of keys"],
    ["keys as an object", { keys: { 0: good } }, "keys_invalid: https://tenant.example/keys: has no list of keys"],
    ["an empty list", { keys: [] }, "keys_invalid: https://tenant.example/keys: no usable key; "],
    ["101 keys", { keys: Array(101).fill(good) }, "keys_invalid: https://tenant.example/keys: has more than 100 keys"],
  ])("%s", async (_name, answer, detail) => {
    expect(detailOf((await load({ [jwksUri]: answer }, { issuer, jwksUri })).result)).toBe(detail)
    if (!("keys" in answer)) {
      const { asked, result } = await load({ [discovery]: answer })
      expect(result.ok).toBe(false)
      expect(asked).toEqual([discovery])
    }
  })

  test("what is thrown need not be an error", async () => {
    const get: HttpGet = () => Promise.reject("cut")
    expect(detailOf(await loadKeySet({ issuer, jwksUri, limits }, get, now))).toBe(`keys_unreachable: ${jwksUri}: cut`)
  })
})

const b64 = (bytes: readonly number[] | Uint8Array) => Buffer.from(bytes).toString("base64url")
const modulus = Buffer.from(String(good.n), "base64url")
const { p256, ed25519 } = keys

describe("a key that can't be used is skipped and named, and the others are used", () => {
  test.each<[name: string, entry: unknown, why: string]>([
    ["no object", "key", "is not an object"],
    ["null", null, "is not an object"],
    ["a type that can't be put into words", { kty: { toString: null } }, "unsupported key type that is no string"],
    ["nothing in it", {}, "unsupported key type that is no string"],
    ["a symmetric key", { kty: "oct", k: b64([1, 2, 3]) }, "is not a public key"],
    ["a symmetric key without its secret", { kty: "oct" }, "unsupported key type oct"],
    ["a private key", { ...good, d: "AQAB" }, "is not a public key"],
    ["a private key, in part", { ...good, p: null }, "is not a public key"],
    ["a private EC key", { ...p256.jwk, d: "AQAB" }, "is not a public key"],
    ["use enc", { ...good, use: "enc" }, "is not for signatures"],
    ["use in a list", { ...good, use: ["sig"] }, "is not for signatures"],
    ["key_ops without verify", { ...good, key_ops: ["encrypt"] }, "is not for verification"],
    ["key_ops as a string", { ...good, key_ops: "verify" }, "is not for verification"],
    ["kid as a number", { ...good, kid: 7 }, "kid is not a string"],
    ["alg as a list", { ...good, alg: ["RS256"] }, "alg is not a string"],

    ["RSA without a modulus", { kty: "RSA", e: "AQAB" }, "RSA of 0 bits"],
    ["RSA with a padded modulus", { ...good, n: `${good.n}==` }, "RSA of 0 bits"],
    ["RSA with a modulus in the other alphabet", { ...good, n: modulus.toString("base64") }, "RSA of 0 bits"],
    ["RSA with a modulus of zeros", { ...good, n: b64(new Uint8Array(256)) }, "RSA of 0 bits"],
    ["RSA of 1024 bits", { ...good, n: b64(modulus.subarray(0, 128)) }, "RSA of 1024 bits"],
    [
      "RSA of 2047 bits",
      { ...good, n: b64([((modulus[0] ?? 0) & 0x7f) | 0x40, ...modulus.subarray(1)]) },
      "RSA of 2047 bits",
    ],
    [
      "RSA of 1024 bits behind zeros",
      { ...good, n: b64([...new Uint8Array(128), ...modulus.subarray(0, 128)]) },
      "RSA of 1024 bits",
    ],
    ["RSA of 8193 bits", { ...good, n: b64([1, ...new Uint8Array(1024)]) }, "RSA of 8193 bits"],
    ["RSA with the exponent 1", { ...good, e: "AQ" }, "RSA with an unusable exponent"],
    ["RSA with the exponent 1 behind zeros", { ...good, e: b64([0, 0, 1]) }, "RSA with an unusable exponent"],
    ["RSA with the exponent 0", { ...good, e: "AA" }, "RSA with an unusable exponent"],
    ["RSA with an even exponent", { ...good, e: b64([1, 0]) }, "RSA with an unusable exponent"],
    ["RSA with a padded exponent", { ...good, e: "AQ==" }, "RSA with an unusable exponent"],
    ["RSA without an exponent", { ...good, e: undefined }, "RSA with an unusable exponent"],
    ["RSA with a number for exponent", { ...good, e: 65537 }, "RSA with an unusable exponent"],

    ["EC without a curve", { ...p256.jwk, crv: undefined }, "unsupported key type EC"],
    ["EC on Bitcoin's curve", { ...p256.jwk, crv: "secp256k1" }, "unsupported curve secp256k1"],
    ["EC on a curve by an inherited name", { ...p256.jwk, crv: "constructor" }, "unsupported curve constructor"],
    ["EC of another curve's length", { ...p256.jwk, crv: "P-384" }, "coordinates of the wrong length"],
    ["EC without y", { ...p256.jwk, y: undefined }, "coordinates of the wrong length"],
    ["EC with a shortened x", { ...p256.jwk, x: b64(new Uint8Array(31).fill(1)) }, "coordinates of the wrong length"],
    ["EC with a padded x", { ...p256.jwk, x: `${p256.jwk.x}=` }, "coordinates of the wrong length"],
    ["Ed25519 of 31 bytes", { ...ed25519.jwk, x: b64(new Uint8Array(31)) }, "a public key of the wrong length"],
    ["Ed448", { kty: "OKP", crv: "Ed448", x: b64(new Uint8Array(57)) }, "unsupported key type OKP"],
    ["X25519", { ...ed25519.jwk, crv: "X25519" }, "unsupported key type OKP"],
    ["a key type in another case", { ...good, kty: "rsa" }, "unsupported key type rsa"],
  ])("%s", async (_name, entry, why) => {
    expect(await loadKeys(entry)).toEqual({
      ok: false,
      reason: "keys_invalid",
      detail: `${jwksUri}: no usable key; keys[0]: ${why}`,
    })
    const beside = await loadKeys(good, entry)
    expect(beside).toMatchObject({ ok: true, keys: [{ kid: "rsa" }], skipped: [`keys[1]: ${why}`] })
  })
})

describe("a key that can be used", () => {
  test.each<[name: string, entry: Record<string, unknown>]>([
    ["use sig", { ...good, use: "sig" }],
    ["key_ops with verify", { ...good, key_ops: ["verify"] }],
    ["no kid", { ...good, kid: undefined }],
    ["kid null", { ...good, kid: null }],
    ["the exponent 3", { ...good, e: "Aw" }],
    ["a certificate beside it, which is not looked at", { ...good, x5c: ["!"], x5t: "!" }],
  ])("%s", async (_name, entry) => {
    expect(await loadKeys(entry)).toMatchObject({ ok: true, keys: [{ kty: "RSA" }], skipped: [] })
  })

  test("is stripped to what an import needs", async () => {
    const entries = [
      { ...good, use: "sig", key_ops: ["verify"], ext: false, x5c: ["a"], alg: "RS256" },
      { ...p256.jwk, n: "AQAB" },
      { ...ed25519.jwk, y: "AQAB" },
    ]
    const result = await loadKeys(...entries)
    expect(result.ok && result.keys.map(({ jwk }) => Object.keys(jwk))).toEqual([
      ["kty", "n", "e"],
      ["kty", "crv", "x", "y"],
      ["kty", "crv", "x"],
    ])
  })

  test("100 of them are not too many", async () => {
    const result = await loadKeys(...Array(100).fill(good))
    expect(result.ok && result.keys.length).toBe(100)
  })
})
