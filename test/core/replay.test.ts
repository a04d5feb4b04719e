import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  type AccessRequest,
  type ConfigInput,
  createAuthorizer,
  type Decision,
  type RouteInput,
} from "../../core/index.ts"
import { webCryptoSignatures } from "../../core/signatures.ts"
import { eventOf, isAsked } from "../../dev/gateway/api-gateway.ts"
import { readCall } from "../../lambda/events.ts"
import { drawFrom } from "../parity/draw.ts"
import { type Edges, startEdges } from "../parity/edges.ts"
import { randomCases } from "../parity/random-cases.ts"
import { randomPolicy } from "../parity/random-policy.ts"
import { asSent } from "../parity/told.ts"
import { asLogged, type Fate, fateOf, loggedDecisions, type Recording, replay } from "../support/recording.ts"
import { issuer, keys, now, policy, standingPorts, tokenOf } from "./standing-issuer.ts"

// A decision is a function of the policy, the keys, the request and the time, and of nothing else: made again from what was recorded, at
// the time that a log line names, it is the same.

const throughJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value))

describe("a decision of the core", () => {
  const routes: RouteInput[] = [
    { path: "/public", access: "public" },
    { path: "/orders", scopes: ["read:orders"] },
    { path: "/watched", scopes: ["admin"], report: true },
    { path: "/users/:id", where: { "params.id": { equals: { claim: "sub" } }, "query.org": { equals: "a" } } },
    { path: "/recent", stepUp: { maxAgeSeconds: 300 } },
  ]
  const jwksUri = `${issuer}.well-known/jwks.json`
  const keySets = { [jwksUri]: { keys: Object.values(keys).map(({ jwk }) => jwk) } }

  const rows: [string, Partial<AccessRequest>, string | null][] = [
    ["public", { path: "/public" }, null],
    ["allowed", { path: "/orders" }, tokenOf()],
    ["refused for want of a token", { path: "/orders" }, null],
    ["refused for want of a scope", { path: "/orders" }, tokenOf({ scope: "other" })],
    ["refused for its time", { path: "/orders" }, tokenOf({ exp: now / 1000 - 60 })],
    ["refused for an unknown key", { path: "/orders" }, tokenOf({}, { kid: "gone" })],
    ["refused for a part of the request", { path: "/users/auth0%7Calice", query: "org=b" }, tokenOf()],
    ["refused for how long ago", { path: "/recent" }, tokenOf({ auth_time: now / 1000 - 306 })],
    ["reported", { path: "/watched" }, tokenOf()],
    ["reported, without a token", { path: "/watched" }, null],
  ]

  test.each(rows)("%s", async (_name, parts, token) => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` }
    const request = { method: "GET", path: "/", ...parts, headers }
    let checked = 0
    const signatures: typeof webCryptoSignatures = {
      ...webCryptoSignatures,
      verify: (...signed) => {
        checked++
        return webCryptoSignatures.verify(...signed)
      },
    }
    const authorizer = createAuthorizer(policy(routes), { ...standingPorts(), signatures })
    const recording: Recording = throughJson({ policy: policy(routes), keySets, request })
    // The second time it is remembered, if it is good; the third time it is not checked any more.
    for (let time = 1; time <= 4; time++) {
      const decision = await authorizer.authorize(request)
      const again = await replay(recording, throughJson(decision).at)
      expect(throughJson(again)).toEqual(throughJson(decision))
    }
    const isVerified = (await authorizer.authorize(request)).checks.some(
      (check) => check.step === "claims" && check.passed,
    )
    if (isVerified) expect(checked).toBe(2)
  })
})

describe("what the edges log", () => {
  let edges: Edges
  beforeAll(async () => {
    edges = await startEdges("replay")
  })
  afterAll(() => edges?.close())

  const seed = Number(process.env.REPLAY_SEED ?? Date.now() % 1_000_000_000)
  const policies = Number(process.env.REPLAY_POLICIES ?? 20)
  const timeout = 30_000 + policies * 2000
  test(`comes out again, for ${policies} random policies (seed ${seed})`, { timeout }, async () => {
    const recorded = { worker: startRecords(), lambda: startRecords() }
    let told = 0
    for (let index = 0; index < policies; index++) {
      const draw = drawFrom(seed + index)
      const random = randomPolicy(draw, edges.known)
      const policy = variants[index % 10]?.(random.input) ?? random.input
      const api = `p${index}`
      await edges.enforce({ [api]: policy })
      // One after the other, so that what is logged can be told apart by its order.
      for (const { call, kind } of randomCases(draw, random, edges.known, 20, Math.floor(Date.now() / 1000))) {
        const named = { ...call, api }
        const recordingOf = (request: AccessRequest) => throughJson({ policy, keySets: keySetsOf(edges), request })
        await edges.throughWorker(named)
        await recorded.worker.add(recordingOf(asSent(call)))
        await edges.throughGateway(kind, named)
        if (isAsked(kind, named)) await recorded.lambda.add(recordingOf(readCall(eventOf(kind, named)).request))

        // This tells of those who are let in, too, and who they are.
        const decision = await edges.decide(api, asSent(call))
        const again = await replay(recordingOf(asSent(call)), decision.at)
        expect(asLogged(again)).toEqual(asLogged(decision))
        expect(throughJson(unlogged(again))).toEqual(unlogged(decision))
        if (decision.outcome === "allow") told++
      }
    }
    await edges.close()

    const counts: string[] = [`${told} allowed`]
    for (const edge of ["worker", "lambda"] as const)
      for (const [fate, recordings] of recorded[edge].byFate) {
        const logged = loggedDecisions(edges[edge].logs(), fate)
        expect(logged.length).toBe(recordings.length)
        for (const [index, decision] of logged.entries()) {
          const again = await replay(recordings[index] as Recording, decision.at)
          expect(asLogged(again)).toEqual(asLogged(decision))
        }
        counts.push(`${logged.length} ${fate} (${edge})`)
      }
    console.log(`replayed, seed ${seed}: ${counts.join(", ")}`)
    expect(told).toBeGreaterThan(policies)
    for (const edge of ["worker", "lambda"] as const)
      expect([...recorded[edge].byFate.keys()].sort()).toEqual(["faulty", "refused", "reported"])
  })
})

function keySetsOf({ issuers }: Edges): Recording["keySets"] {
  return Object.fromEntries(issuers.map(({ jwksUri, keys }) => [jwksUri, { keys: keys.map(({ jwk }) => jwk) }]))
}

/** Some policies of ten are changed, so that there are outages and reports in every run. */
const variants: Readonly<Record<number, (policy: ConfigInput) => ConfigInput>> = { 4: reporting, 9: withoutKeys }

function reporting(policy: ConfigInput): ConfigInput {
  return { ...policy, routes: policy.routes?.map((rule) => (rule.access ? rule : { ...rule, report: true })) }
}

/** Nobody listens where the first issuer's keys should be: port 9 is discard. */
function withoutKeys(policy: ConfigInput): ConfigInput {
  const [first, ...others] = policy.issuers ?? []
  return { ...policy, issuers: first ? [{ ...first, jwksUri: "http://127.0.0.1:9/keys" }, ...others] : others }
}

function unlogged(decision: Decision) {
  return decision.outcome === "allow" ? [decision.principal, decision.path] : []
}

/** What is to be found in a log, in its order, by what becomes of it. */
function startRecords() {
  const byFate = new Map<Fate, Recording[]>()
  return {
    byFate,
    async add(recording: Recording) {
      const fate = fateOf(await replay(recording, Date.now()))
      if (fate) byFate.set(fate, [...(byFate.get(fate) ?? []), recording])
    },
  }
}
