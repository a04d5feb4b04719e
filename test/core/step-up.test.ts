import { describe, expect, test } from "vitest"
import {
  type Config,
  createAuthorizer,
  type Decision,
  errorAnswer,
  parseConfig,
  type StepUpInput,
} from "../../core/index.ts"
import { lackOf, outcomeOf } from "./asking.ts"
import { nowSeconds as now, policy, standingPorts, tokenOf } from "./standing-issuer.ts"

const mfa = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"

type Row = readonly [name: string, stepUp: StepUpInput, claims: object | string]

const enough: readonly Row[] = [
  ["the class", { acr: [mfa] }, { acr: mfa }],
  ["one of some classes", { acr: ["a", mfa] }, { acr: mfa }],
  ["the method", { amr: ["mfa"] }, { amr: ["mfa"] }],
  ["the method, in a text of its own", { amr: ["mfa"] }, { amr: "mfa" }],
  ["the methods among others", { amr: ["mfa", "hwk"] }, { amr: ["hwk", "pwd", "mfa"] }],
  ["just now", { maxAgeSeconds: 300 }, { auth_time: now }],
  ["at the last second", { maxAgeSeconds: 300 }, { auth_time: now - 300 }],
  ["at the end of the tolerance", { maxAgeSeconds: 300 }, { auth_time: now - 305 }],
  ["in the future, within the tolerance", { maxAgeSeconds: 300 }, { auth_time: now + 5 }],
  ["this very second", { maxAgeSeconds: 0 }, { auth_time: now }],
  ["a fraction of a second", { maxAgeSeconds: 300 }, { auth_time: now - 304.9 }],
  ["all of it", { acr: [mfa], amr: ["mfa"], maxAgeSeconds: 60 }, { acr: mfa, amr: ["mfa"], auth_time: now - 1 }],
]

const notEnough: readonly Row[] = [
  ["another class", { acr: [mfa] }, { acr: "0" }],
  ["no class", { acr: [mfa] }, {}],
  ["the class in another case", { acr: ["mfa"] }, { acr: "MFA" }],
  ["the class in a list", { acr: ["mfa"] }, { acr: ["mfa"] }],
  ["two classes in a text", { acr: ["mfa"] }, { acr: "mfa pwd" }],
  ["a class that is a number", { acr: ["2"] }, { acr: 2 }],
  ["a class of null", { acr: ["null"] }, { acr: null }],
  ["no class that every object has", { acr: ["function"] }, { acr: undefined }],
  ["the class in the place of the method", { acr: ["mfa"] }, { amr: ["mfa"] }],
  ["another method", { amr: ["mfa"] }, { amr: ["pwd"] }],
  ["one of two methods", { amr: ["mfa", "hwk"] }, { amr: ["mfa"] }],
  ["no method", { amr: ["mfa"] }, {}],
  ["no methods", { amr: ["mfa"] }, { amr: [] }],
  ["two methods in a text", { amr: ["mfa"] }, { amr: "mfa pwd" }],
  ["methods in a list in a list", { amr: ["mfa"] }, { amr: [["mfa"]] }],
  ["a method as a name in an object", { amr: ["mfa"] }, { amr: { mfa: true } }],
  ["a second too long ago", { maxAgeSeconds: 300 }, { auth_time: now - 306 }],
  ["a fraction too long ago", { maxAgeSeconds: 300 }, { auth_time: now - 305.001 }],
  ["at the epoch", { maxAgeSeconds: 300 }, { auth_time: 0 }],
  ["in the future", { maxAgeSeconds: 300 }, { auth_time: now + 6 }],
  ["in milliseconds", { maxAgeSeconds: 300 }, { auth_time: now * 1000 }],
  ["beyond all numbers", { maxAgeSeconds: 300 }, '"auth_time":1e999'],
  ["before all numbers", { maxAgeSeconds: 300 }, '"auth_time":-1e999'],
  ["negative", { maxAgeSeconds: 300 }, { auth_time: -now }],
  ["a time as a text", { maxAgeSeconds: 300 }, { auth_time: String(now) }],
  ["a time in a list", { maxAgeSeconds: 300 }, { auth_time: [now] }],
  ["a time of null", { maxAgeSeconds: 315_360_000 }, { auth_time: null }],
  ["a time of true", { maxAgeSeconds: 315_360_000 }, { auth_time: true }],
  ["no time", { maxAgeSeconds: 315_360_000 }, {}],
  ["when the token was issued", { maxAgeSeconds: 315_360_000 }, { iat: now }],
  ["all but the time", { acr: [mfa], amr: ["mfa"], maxAgeSeconds: 60 }, { acr: mfa, amr: ["mfa"] }],
  ["all but the class", { acr: [mfa], amr: ["mfa"], maxAgeSeconds: 60 }, { amr: ["mfa"], auth_time: now }],
]

describe("is enough", () => {
  test.each(enough)("%s", (_name, stepUp, claims) => {
    expect(outcomeOf({ stepUp }, { claims })).toBe("met")
  })
})

describe("is not enough", () => {
  test.each(notEnough)("%s", (_name, stepUp, claims) => {
    expect(outcomeOf({ stepUp }, { claims })).toBe("authentication_insufficient")
  })
})

test("time goes on, and the policy's tolerance is the tolerance", () => {
  const rule = { stepUp: { maxAgeSeconds: 60 } }
  const claims = { auth_time: now }
  const at = (seconds: number, clockToleranceSeconds: number) =>
    outcomeOf(rule, { claims, now: now + seconds, clockToleranceSeconds })
  expect([at(60, 0), at(61, 0), at(61, 1), at(61.5, 1)]).toEqual([
    ...["met", "authentication_insufficient", "met", "authentication_insufficient"],
  ])
  expect([at(-1, 0), at(-1, 1)]).toEqual(["authentication_insufficient", "met"])
})

test("an issuer may have claims of its own for it", () => {
  const names = { acrClaim: "https://example.com/acr", amrClaim: "amr_values", authTimeClaim: "constructor" }
  const rule = { stepUp: { acr: [mfa], amr: ["mfa"], maxAgeSeconds: 60 } }
  const usual = { acr: mfa, amr: ["mfa"], auth_time: now }
  const own = { [names.acrClaim]: mfa, amr_values: ["mfa"], constructor: now }
  expect(outcomeOf(rule, { issuer: names, claims: own })).toBe("met")
  expect(outcomeOf(rule, { issuer: names, claims: { ...own, ...usual, constructor: now - 66 } })).toBe(
    "authentication_insufficient",
  )
  for (const name of Object.keys(own))
    expect(outcomeOf(rule, { issuer: names, claims: { ...usual, ...own, [name]: undefined } })).toBe(
      "authentication_insufficient",
    )
})

test("the refusal says what would have been enough", () => {
  const all = { acr: ["pin", mfa], amr: ["mfa"], maxAgeSeconds: 60 }
  const said = { ok: false, outcome: "refuse", reason: "authentication_insufficient" }
  const wanted = { acrValues: ["pin", mfa], maxAge: 60 }
  expect(lackOf({ stepUp: all })).toEqual({ ...said, ...wanted, facts: { unmet: "stepUp.acr", oneOf: ["pin", mfa] } })
  expect(lackOf({ stepUp: all }, { claims: { acr: mfa, amr: ["pwd"] } })).toEqual({
    ...said,
    ...wanted,
    facts: { unmet: "stepUp.amr", missing: ["mfa"] },
  })
  expect(lackOf({ stepUp: all }, { claims: { acr: mfa, amr: ["mfa"] } })).toEqual({
    ...said,
    ...wanted,
    facts: { unmet: "stepUp.maxAgeSeconds", maxAgeSeconds: 60 },
  })
  expect(lackOf({ stepUp: { amr: ["mfa"] } })).toEqual({ ...said, facts: { unmet: "stepUp.amr", missing: ["mfa"] } })
})

describe("the challenge of RFC 9470 §3", () => {
  const begin =
    'Bearer realm="api", error="insufficient_user_authentication", ' +
    'error_description="The user has to authenticate again, more strongly or more recently"'

  test.each<[stepUp: StepUpInput, parameters: string]>([
    [{ acr: ["pin", mfa], maxAgeSeconds: 60 }, `, acr_values="pin ${mfa}", max_age="60"`],
    [{ acr: [mfa] }, `, acr_values="${mfa}"`],
    [{ maxAgeSeconds: 0 }, ', max_age="0"'],
    [{ amr: ["mfa"] }, ""],
  ])("%j", async (stepUp, parameters) => {
    const config = parseConfig(policy([{ path: "/refunds", stepUp }]))
    const { status, headers, body } = errorAnswer(await refusedUnder(config), config.challenge)
    expect(headers["www-authenticate"]).toBe(begin + parameters)
    expect({ status, reason: body.reason }).toEqual({ status: 401, reason: "authentication_insufficient" })
  })
})

async function refusedUnder(config: Config): Promise<Decision & { outcome: "refuse" }> {
  const headers = { authorization: `Bearer ${tokenOf({ auth_time: now - 60 - 6 })}` }
  const decision = await createAuthorizer(config, standingPorts()).authorize({
    method: "POST",
    path: "/refunds",
    headers,
  })
  if (decision.outcome !== "refuse") throw new Error(decision.outcome)
  return decision
}
