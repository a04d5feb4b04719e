import { expect, test, vi } from "vitest"
import { type Authorizer, authorizerOf, type Config, canonicalPath } from "../../core/index.ts"
import { evaluate, type Policy } from "../../dev/gateway/iam.ts"
import type { AuthorizerEvent } from "../../lambda/authorizer.ts"
import { cacheSettingFor } from "../../lambda/cache-setting.ts"
import { maximumPolicyBytes as maximumBytes } from "../../lambda/caller-answer.ts"
import { callerPolicies } from "../../lambda/caller-policy.ts"
import { handlerOf } from "../../lambda/handler.ts"
import { standingPorts } from "../core/standing-issuer.ts"
import { drawFrom } from "../parity/draw.ts"
import { randomCall, randomCaller, randomTable } from "./random-table.ts"

// API Gateway keeps the answer to one call and uses it for others. What it lets through then must be what the rules let through:
// held against an evaluator of IAM policies that shares nothing with the code that writes them.

const seed = Number(process.env.CACHED_POLICY_SEED ?? Date.now() % 1_000_000)
const cases = Number(process.env.CACHED_POLICY_CASES ?? 100_000)
const stage = "arn:aws:execute-api:eu-central-1:123456789012:api/prod"

test(`${cases} cached answers allow what the rules allow (seed ${seed})`, async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {})
  vi.spyOn(console, "warn").mockImplementation(() => {})
  const draw = drawFrom(seed)
  const count = {
    cases: 0,
    allowed: 0,
    allowedByRules: 0,
    exact: 0,
    refusedInVain: 0,
    tables: 0,
    exactTables: 0,
    thrown: 0,
    callers: 0,
    notWhole: 0,
  }
  const wrong: unknown[] = []
  const inVain: unknown[] = []

  while (count.cases < cases) {
    const config = randomTable(draw, "token")
    count.tables++
    const isExact = cacheSettingFor(config).cacheKey === "token"
    if (isExact) count.exactTables++
    const { core, handler } = edgesOf(config)
    const policyFor = callerPolicies(config)
    for (let callers = 0; callers < 4; callers++) {
      const random = randomCaller(draw)
      const { authorization } = random
      const caller = await core.identify({ method: "GET", path: "/", headers: { authorization } })
      const token = caller && "outcome" in caller ? null : caller
      const isWhole = isExact && policyFor(token, maximumBytes, stage).unsaid.length === 0
      count.callers++
      if (isExact && !isWhole) count.notWhole++
      for (let firsts = 0; firsts < 4; firsts++) {
        const first = randomCall(draw, config, random)
        const document = await documentOf(handler, { ...first, authorization })
        if (document === null) count.thrown++
        for (let seconds = 0; document !== null && seconds < 8; seconds++) {
          const second = randomCall(draw, config, random)
          const byRules = await allows(core, { ...second, authorization })
          const byDocument = evaluate(document, `${stage}/${second.method}${second.path}`) === "allow"
          count.cases++
          if (byDocument) count.allowed++
          if (byRules) count.allowedByRules++
          const report = { rules: config.rules, first, second, document }
          if (byDocument && !byRules) wrong.push(report)
          // An escape behind a wildcard is refused, since IAM can't tell which it is; so is a literal in a spelling not its own.
          if (!isWhole || second.path.includes("%") || canonicalPath(second.path) !== second.path) continue
          count.exact++
          if (byRules && !byDocument) {
            count.refusedInVain++
            inVain.push(report)
          }
        }
      }
    }
  }

  log.mockRestore()
  console.log(`cached IAM documents, seed ${seed}: ${JSON.stringify({ ...count, wrongAllows: wrong.length })}`)
  expect(wrong.slice(0, 2)).toEqual([])
  expect(inVain.slice(0, 2)).toEqual([])
  // Neither all refused nor all let through, or nothing was shown.
  expect(count.allowed / count.cases).toBeGreaterThan(0.1)
  expect(count.allowedByRules / count.cases).toBeLessThan(0.9)
  expect(count.exactTables / count.tables).toBeGreaterThan(0.25)
  expect(count.notWhole / count.callers).toBeLessThan(0.2)
}, 240_000)

function edgesOf(config: Config) {
  const ports = { ...standingPorts(), settle: async () => {}, prefetch: () => {} }
  return { core: authorizerOf(config, ports), handler: handlerOf(config, ports, {}) }
}

interface Call {
  readonly method: string
  readonly path: string
  readonly authorization: string
}

async function allows(core: Authorizer, { method, path, authorization }: Call): Promise<boolean> {
  const decision = await core.authorize({ method, path, headers: { authorization } })
  return decision.outcome === "allow"
}

/** What API Gateway would keep: null where the authorizer throws. */
async function documentOf(
  handler: (event: AuthorizerEvent) => Promise<unknown>,
  { method, path, authorization }: Call,
): Promise<Policy | null> {
  const event = { type: "TOKEN", methodArn: `${stage}/${method}${path}`, authorizationToken: authorization }
  const answer = (await handler(event).catch(() => null)) as { policyDocument: Policy } | null
  return answer?.policyDocument ?? null
}

test("what one call was allowed, no other call is", async () => {
  const draw = drawFrom(seed)
  vi.spyOn(console, "log").mockImplementation(() => {})
  let allowed = 0
  for (let tables = 0; tables < 300; tables++) {
    const config = randomTable(draw, draw.one(["call", undefined]))
    const { core, handler } = edgesOf(config)
    for (let calls = 0; calls < 10; calls++) {
      const random = randomCaller(draw)
      const { authorization } = random
      const first = { ...randomCall(draw, config, random), authorization }
      const second = { ...randomCall(draw, config, random), authorization }
      const document = await documentOf(handler, first)
      const allowsIt = ({ method, path }: Call) =>
        document !== null && evaluate(document, `${stage}/${method}${path}`) === "allow"
      expect(allowsIt(first)).toBe(await allows(core, first))
      if (allowsIt(second)) expect(second.method + second.path).toBe(first.method + first.path)
      if (allowsIt(first)) allowed++
    }
  }
  expect(allowed).toBeGreaterThan(300)
})
