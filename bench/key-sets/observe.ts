import type { RequestListener } from "node:http"
import { setTimeout as delay } from "node:timers/promises"
import type { Certificate } from "../cold-start/certificate.ts"
import { type HttpsIssuer, startHttpsIssuer } from "../cold-start/https-issuer.ts"
import { audienceOf } from "../end-to-end/five-tokens.ts"
import { type Issuer, makeIssuer, mintToken } from "../tokens.ts"
import type { Accepts, KeySetPeer } from "./peer.ts"

/** What was seen of one peer. Fetches are of the key set; discovery is not counted. */
export interface Observations {
  readonly firstHundred: number
  readonly nextTen: number
  /** Milliseconds until a key that was rotated in is accepted; null when it was not within the wait. */
  readonly rotatedIn: number | null
  readonly floodFetches: number
  /** Of 200 tokens with unknown keys: how many had no answer in time, neither yes nor no. */
  readonly leftWaiting: number
  /** Of ten valid tokens with a known key, sent amid the flood. */
  readonly letInDuringFlood: number
  readonly letInAfterFlood: boolean
  readonly rotatedInAfterFlood: number | null
  readonly knownKeyInOutage: boolean
  /** Milliseconds from the end of an outage that it was started in until a valid token is let in. */
  readonly recovery: number | null
  readonly knownKeyAfterHtml: AfterBadFetch
  readonly knownKeyAfterFiveMegabytes: AfterBadFetch
  readonly goodKeyBesideBroken: boolean
}

/** What became of a known key after a fetch that came to nothing good. */
export interface AfterBadFetch {
  readonly works: boolean
  /** Whether there was such a fetch: some don't ask again so soon, whatever the token names. */
  readonly asked: boolean
}

const firstRequests = 100
const nextRequests = 10
const floodWaves = 10
const unknownKeysPerWave = 20
const rotationWaitMilliseconds = 3000
// Longer than the pause of five seconds that some take after a failed fetch.
const recoveryWaitMilliseconds = 6000
const pollMilliseconds = 50
// API Gateway gives an authorizer ten seconds, but a refusal needs one fetch at most.
const answerMilliseconds = 5000
const floodAnswerMilliseconds = 1000
const fiveMegabytes = 5_000_000

/** A new verifier before a new issuer of one key. */
interface Stage {
  /** Whoever has no answer in time is not let in. */
  readonly accepts: Accepts
  /** Waits for as long as it takes. */
  readonly acceptsEver: Accepts
  readonly issuer: HttpsIssuer
  /** A token of its own key, or of another's; each is new. */
  mint(from?: Issuer): string
}

type SetStage = () => Promise<Stage>

/** Puts one peer through everything, each time with a new verifier and a new issuer. Needs NODE_EXTRA_CA_CERTS to name the certificate. */
export async function observe(peer: KeySetPeer, certificate: Certificate): Promise<Observations> {
  const open: HttpsIssuer[] = []
  const setStage: SetStage = async () => {
    const keys = makeIssuer("RS256")
    const issuer = await startHttpsIssuer(certificate, [keys.signingKey.jwk])
    open.push(issuer)
    const { jwksUri } = issuer
    const accepts = peer.start({ issuer: issuer.issuer, jwksUri, audience: audienceOf(keys) })
    const inTime: Accepts = async (token) => (await within(answerMilliseconds, accepts(token))) ?? false
    return {
      accepts: inTime,
      acceptsEver: accepts,
      issuer,
      mint: (from = keys) => mintToken(from, { iss: issuer.issuer }),
    }
  }
  try {
    return {
      ...(await firstRequestsTo(setStage)),
      ...(await rotation(setStage)),
      ...(await flood(setStage)),
      ...(await outage(setStage)),
      recovery: await recovery(setStage),
      knownKeyAfterHtml: await knownKeyAfterHtml(setStage),
      knownKeyAfterFiveMegabytes: await knownKeyAfterFiveMegabytes(setStage),
      goodKeyBesideBroken: await goodKeyBesideBroken(setStage),
    }
  } finally {
    for (const issuer of open) issuer.close()
  }
}

async function firstRequestsTo(setStage: SetStage) {
  const { accepts, issuer, mint } = await setStage()
  const tokens = Array.from({ length: firstRequests }, () => mint())
  const answers = await Promise.all(tokens.map(accepts))
  if (answers.includes(false)) throw new Error("a valid token was refused at the start")
  const firstHundred = issuer.keySetRequests
  for (let request = 0; request < nextRequests; request++) await accepts(mint())
  return { firstHundred, nextTen: issuer.keySetRequests - firstHundred }
}

/** The issuer begins to sign with a new key right after its key set was fetched. */
async function rotation(setStage: SetStage) {
  const stage = await warm(setStage)
  return { rotatedIn: await acceptsRotated(stage) }
}

/** Tokens with key ids that don't exist, each another, and a valid one amid each wave of them. */
async function flood(setStage: SetStage) {
  const stage = await warm(setStage)
  const { accepts, acceptsEver, issuer, mint } = stage
  const stranger = makeIssuer("RS256")
  const before = issuer.keySetRequests
  let [letInDuringFlood, leftWaiting] = [0, 0]
  for (let wave = 0; wave < floodWaves; wave++) {
    const unknown = Array.from({ length: unknownKeysPerWave }, (_, index) =>
      within(floodAnswerMilliseconds, acceptsEver(mint(renamed(stranger, `unknown-${wave}-${index}`)))),
    )
    if (await accepts(mint())) letInDuringFlood++
    const answers = await Promise.all(unknown)
    if (answers.includes(true)) throw new Error("a token with an unknown key was let in")
    leftWaiting += answers.filter((answer) => answer === null).length
  }
  const floodFetches = issuer.keySetRequests - before
  const letInAfterFlood = await accepts(mint())
  return {
    floodFetches,
    leftWaiting,
    letInDuringFlood,
    letInAfterFlood,
    rotatedInAfterFlood: await acceptsRotated(stage),
  }
}

async function outage(setStage: SetStage) {
  const { accepts, issuer, mint } = await warm(setStage)
  issuer.answer = hangUp
  return { knownKeyInOutage: await accepts(mint()) }
}

/** The verifier is started while the issuer is down: its first request comes to nothing. */
async function recovery(setStage: SetStage): Promise<number | null> {
  const { accepts, issuer, mint } = await setStage()
  issuer.answer = hangUp
  if (await accepts(mint())) throw new Error("a token was let in without a key")
  issuer.answer = null
  return millisecondsUntil(() => accepts(mint()), recoveryWaitMilliseconds)
}

async function knownKeyAfterHtml(setStage: SetStage): Promise<AfterBadFetch> {
  const stage = await warm(setStage)
  return knownKeyAfter(stage, "text/html", "<!doctype html><title>Sign in</title>")
}

/** The answer holds the known key still; it is only far longer than a key set needs to be. */
async function knownKeyAfterFiveMegabytes(setStage: SetStage): Promise<AfterBadFetch> {
  const stage = await warm(setStage)
  const body = JSON.stringify({ padding: "x".repeat(fiveMegabytes), keys: stage.issuer.keys })
  return knownKeyAfter(stage, "application/json", body)
}

/** Tries a key that is known already, after a token with an unknown one has given occasion for a fetch that is answered so. */
async function knownKeyAfter({ accepts, issuer, mint }: Stage, type: string, body: string): Promise<AfterBadFetch> {
  issuer.answer = (_, response) => response.setHeader("content-type", type).end(body)
  const before = issuer.keySetRequests
  await accepts(mint(makeIssuer("RS256")))
  const works = await accepts(mint())
  return { works, asked: issuer.keySetRequests > before }
}

async function goodKeyBesideBroken(setStage: SetStage): Promise<boolean> {
  const { accepts, issuer, mint } = await setStage()
  issuer.keys = [{ kty: "RSA", kid: "broken", alg: "RS256", use: "sig", e: "AQAB" }, ...issuer.keys]
  return accepts(mint())
}

/** A stage on which one valid token was let in, so that the key set has just been fetched. */
async function warm(setStage: SetStage): Promise<Stage> {
  const stage = await setStage()
  if (!(await stage.accepts(stage.mint()))) throw new Error("a valid token was refused at the start")
  return stage
}

async function acceptsRotated({ accepts, issuer, mint }: Stage): Promise<number | null> {
  const rotated = makeIssuer("RS256")
  issuer.keys = [...issuer.keys, rotated.signingKey.jwk]
  return millisecondsUntil(() => accepts(mint(rotated)), rotationWaitMilliseconds)
}

/** Zero where the first try succeeds. */
async function millisecondsUntil(succeeds: () => Promise<boolean>, most: number): Promise<number | null> {
  if (await succeeds()) return 0
  const begun = performance.now()
  while (performance.now() - begun < most) {
    await delay(pollMilliseconds)
    if (await succeeds()) return performance.now() - begun
  }
  return null
}

/** What a promise comes to, or null if that takes too long. */
function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | null> {
  const expired = new AbortController()
  return Promise.race([promise, delay(milliseconds, null, { signal: expired.signal })]).finally(() => expired.abort())
}

function renamed(issuer: Issuer, kid: string): Issuer {
  const { privateKey, jwk } = issuer.signingKey
  return { ...issuer, signingKey: { privateKey, jwk: { ...jwk, kid } } }
}

const hangUp: RequestListener = (request) => request.socket.destroy()
