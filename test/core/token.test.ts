import { describe, expect, test } from "vitest"
import { findCredentials } from "../../core/credentials.ts"
import { isRejection } from "../../core/decision.ts"
import { maximumTokenLength, parseToken } from "../../core/token.ts"
import { base64url } from "../support/signing-issuer.ts"

const part = (value: object | string) => base64url(typeof value === "string" ? value : JSON.stringify(value))
const header = part({ alg: "RS256", kid: "k", typ: "JWT" })
const reasonOf = (text: string) => {
  const result = parseToken(text)
  return isRejection(result) ? result.reason : null
}

test("takes a compact JWS apart", () => {
  expect(parseToken(`${header}.${part({ iss: "i", sub: "s" })}.AQID`)).toEqual({
    untrustedHeader: { alg: "RS256", kid: "k", typ: "JWT" },
    untrustedPayload: { iss: "i", sub: "s" },
    signedBytes: new Uint8Array(Buffer.from(`${header}.${part({ iss: "i", sub: "s" })}`)),
    signature: new Uint8Array([1, 2, 3]),
  })
})

const megabyte = 1_000_000
const malformed = {
  nothing: "",
  "one part": header,
  "a leading dot": `.${part({})}.AQID`,
  "an empty payload": `${header}..AQID`,
  "a trailing dot": `${header}.${part({})}.AQID.`,
  "an unsecured token": `${part({ alg: "none" })}.${part({})}.`,
  "a header of white space": `${part(" ")}.${part({})}.AQID`,
  "a payload that is a string": `${header}.${part('"x"')}.AQID`,
  "a payload with a byte order mark": `${header}.${part("\ufeff{}")}.AQID`,
  "a line feed": `${header}.${part({})}.AQID\n`,
  "alg as a list": `${part({ alg: ["RS256"] })}.${part({})}.AQID`,
  "alg inherited": `${part('{"__proto__":{"alg":"RS256"}}')}.${part({})}.AQID`,
  "kid null": `${part({ alg: "RS256", kid: null })}.${part({})}.AQID`,
  "kid of 257 characters": `${part({ alg: "RS256", kid: "k".repeat(257) })}.${part({})}.AQID`,
  "the JSON serialisation": JSON.stringify({ protected: header, payload: part({}), signature: "AQID" }),
  "as many dots as fit": ".".repeat(maximumTokenLength),
}

describe("refuses as malformed", () => {
  test.each(Object.entries(malformed))("%s", (_name, text) => {
    expect(reasonOf(text)).toBe("token_malformed")
  })
})

test("a kid of 256 characters is an id yet", () => {
  expect(reasonOf(`${part({ alg: "RS256", kid: "k".repeat(256) })}.${part({})}.AQID`)).toBeNull()
})

test("crit and b64 count where they stand, not where they are inherited from", () => {
  expect(reasonOf(`${part({ alg: "RS256", crit: null })}.${part({})}.AQID`)).toBe("critical_header")
  expect(reasonOf(`${part({ alg: "RS256", b64: true })}.${part({})}.AQID`)).toBe("critical_header")
  expect(reasonOf(`${part('{"alg":"RS256","__proto__":{"crit":[]}}')}.${part({})}.AQID`)).toBeNull()
})

describe("a megabyte is refused before it is looked at", () => {
  const texts = { dots: ".", letters: "A", "escaped JSON": header, "no ASCII": "\u00e9" }
  test.each(Object.entries(texts))("%s", (_name, text) => {
    const long = text.repeat(Math.ceil(megabyte / text.length))
    const start = performance.now()
    expect(reasonOf(long)).toBe("token_too_large")
    expect(performance.now() - start).toBeLessThan(20)
  })
})

describe("a header of any length is read in one pass", () => {
  // A search that begins anew at each character would take minutes.
  const long = megabyte / 2
  const values = {
    "spaces within": `Bearer${" ".repeat(long)}x y`,
    "spaces around": `${" ".repeat(long)}Bearer x${" \t".repeat(long)}`,
    "spaces between commas": `x,${" \t".repeat(long)},`,
    commas: ",".repeat(long),
    "schemes and commas": "a, ".repeat(long),
    "a scheme without end": "a".repeat(long),
    "padding without end": `Bearer a${"=".repeat(long)}b`,
    "lists without end": `Bearer a,${"b".repeat(long)}`,
  }
  test.each(Object.entries(values))("%s", (_name, authorization) => {
    const start = performance.now()
    const result = findCredentials({ method: "GET", path: "/", headers: { authorization } })
    expect(isRejection(result) || parseToken(result.token)).toBeTruthy()
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe("credentials that differ in white space and case", () => {
  test.each([
    ["Bearer x", "x"],
    ["bearer x", "x"],
    ["BEARER   x", "x"],
    [" \tBearer x\t ", "x"],
    ["Bearer x==", "x=="],
    ["Bearer\tx", null],
    ["Bearer x\u00a0", null],
    ["\u00a0Bearer x", null],
    ["Bearer \nx", null],
    ["Bearer x\n", null],
    ["Bearer =x", null],
    ["Bearer x,", null],
    ["Bearer x, Bearer", null],
    ["Bearer: x", null],
    ["Bearerx", null],
    ["Bearer", null],
  ])("%j", (authorization, token) => {
    const result = findCredentials({ method: "GET", path: "/", headers: { authorization } })
    expect(isRejection(result) ? null : result.token).toBe(token)
  })
})
