import fc from "fast-check"
import * as jose from "jose"
import { expect, test } from "vitest"
import { type AlgorithmName, createAuthorizer } from "../../core/index.ts"
import {
  audience,
  issuer,
  keys,
  now,
  nowSeconds,
  ordinaryClaims,
  policy,
  standingPorts,
  tokenOf,
} from "./standing-issuer.ts"

const algorithms: AlgorithmName[] = ["RS256", "ES256", "EdDSA"]
const signers = { RS256: keys.rsa, ES256: keys.p256, EdDSA: keys.ed25519 }
const clockToleranceSeconds = 5

// Nothing is asked for beside a valid token of any plain kind, so that the two have the same to decide on.
const { authorize } = createAuthorizer(
  { ...policy(undefined, { profile: "oidc", algorithms }), clockToleranceSeconds },
  standingPorts(),
)
const keySet = jose.createLocalJWKSet({ keys: Object.values(keys).map(({ jwk }) => jwk as jose.JWK) })

async function weAccept(token: string): Promise<boolean> {
  const decision = await authorize({ method: "GET", path: "/", headers: { authorization: `Bearer ${token}` } })
  return decision.outcome === "allow"
}

async function joseAccepts(token: string): Promise<boolean> {
  const options = { issuer, audience, algorithms, clockTolerance: clockToleranceSeconds, currentDate: new Date(now) }
  return jose.jwtVerify(token, keySet, options).then(
    () => true,
    () => false,
  )
}

const alg = fc.constantFrom("RS256", "ES256", "EdDSA")
/** Mostly what it ought to be, so that a fair number is accepted; now and then anything. */
const mostly = (ordinary: fc.Arbitrary<unknown>, other: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary: ordinary }, other)
const near = fc.integer({ min: -10, max: 10 }).map((seconds) => nowSeconds + seconds)
const noTime = fc.constantFrom<unknown>(0, -1, String(nowSeconds + 9), null, true, [nowSeconds], now, 1e300)
const time = (ordinary: number) => mostly(fc.oneof(fc.constant(nowSeconds + ordinary), near), noTime)
const text = fc.constantFrom<unknown>("x", "", null, 7, [], {}, audience, issuer, issuer.slice(0, -1), `${audience}/`)
const claims = fc.record(
  {
    exp: time(300),
    nbf: time(-1.5),
    iat: time(-1),
    iss: mostly(fc.constant(issuer), text),
    aud: mostly(
      fc.constantFrom<unknown>(audience, [audience], ["x", audience]),
      fc.oneof(text, fc.array(text, { maxLength: 3 })),
    ),
    sub: mostly(fc.string({ minLength: 1 }), text),
    scope: mostly(fc.string(), text),
    "a:b": fc.jsonValue({ maxDepth: 3 }),
    constructor: fc.jsonValue({ maxDepth: 1 }),
  },
  { requiredKeys: [] },
)
const header = fc.record(
  {
    typ: fc.constantFrom<unknown>("JWT", "at+jwt", "x", null),
    kid: fc.constantFrom<unknown>(undefined, "rsa", "p256", "ed25519", "x", ""),
    alg: fc.constantFrom<unknown>("RS256", "ES256", "EdDSA", "Ed25519", "PS256", "HS256", "none", null),
    crit: fc.constantFrom<unknown>([], ["exp"], ["b64"], null),
    b64: fc.boolean(),
    jwk: fc.constant(keys.rsa.jwk),
  },
  { requiredKeys: [] },
)
/** Signed as it says, by the issuer itself: with any claims, and mostly with an ordinary header. */
const signed = fc
  .tuple(alg, claims, fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, header))
  .map(([alg, claims, header]) => tokenOf({ ...claims }, { alg, ...header }, signers[alg as "RS256"], alg))

// Signing is the dear part: what is changed afterwards starts from a few.
const genuine = algorithms.flatMap((alg) =>
  [{}, { aud: [audience, "x"] }, { nbf: nowSeconds, iat: nowSeconds - 1 }].map((claims) =>
    tokenOf(claims, { alg }, signers[alg as "RS256"], alg),
  ),
)
const someGenuine = fc.constantFrom(...genuine)
const replaceAt = (text: string, at: number, length: number, by: string) =>
  text.slice(0, at) + by + text.slice(at + length)
const flipped = fc
  .tuple(
    someGenuine,
    fc.nat(),
    fc.nat({ max: 2 }),
    fc.constantFrom("", "A", "Q", "x", "_", "-", "=", ".", " ", "+", "\n"),
  )
  .map(([token, at, length, by]) => replaceAt(token, at % (token.length + 1), length, by))
/** At the ends of the parts, where base64url has bits to spare. */
const respelled = fc
  .tuple(someGenuine, fc.nat({ max: 2 }), fc.constantFrom(..."ABCDEFGHIQRSghwxyz0129-_"))
  .map(([token, part, by]) => {
    const parts = token.split(".")
    parts[part] = `${parts[part]?.slice(0, -1)}${by}`
    return parts.join(".")
  })
const swapped = fc
  .array(fc.tuple(someGenuine, fc.nat({ max: 2 })), { minLength: 2, maxLength: 4 })
  .map((parts) => parts.map(([token, part]) => token.split(".")[part]).join("."))
/** Another payload or header over a signature that was made for the first one. */
const edited = fc.tuple(someGenuine, claims, header, fc.boolean()).map(([token, claims, header, isHeader]) => {
  const parts = token.split(".")
  const part = isHeader ? { alg: "RS256", kid: "rsa", ...header } : { ...ordinaryClaims, ...claims }
  parts[isHeader ? 0 : 1] = Buffer.from(JSON.stringify(part)).toString("base64url")
  return parts.join(".")
})

test("jose accepts the ordinary tokens that we accept", async () => {
  for (const token of genuine) expect([await weAccept(token), await joseAccepts(token)]).toEqual([true, true])
})

test("whatever we accept, jose accepts: tokens of any content that the issuer did sign", async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(signed, async (token) => {
      if (!(await weAccept(token))) return
      accepted++
      expect(await joseAccepts(token)).toBe(true)
    }),
    { numRuns: 1500 },
  )
  expect(accepted).toBeGreaterThan(100)
})

test("whatever we accept, jose accepts: tokens that were changed on their way", async () => {
  const untouched = new Set(genuine)
  await fc.assert(
    fc.asyncProperty(fc.oneof(flipped, respelled, swapped, edited), async (changed) => {
      // Spaces at its ends are the header's (RFC 6750 §2.1), not the token's.
      const token = changed.replace(/^ +| +$/g, "")
      const accepted = await weAccept(token)
      // There is one spelling of a token, so a changed one is another, and the issuer never signed it.
      if (!untouched.has(token)) expect(accepted).toBe(false)
      if (accepted) expect(await joseAccepts(token)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})
