import { decodeProtectedHeader } from "jose"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { describeFailure } from "../../dev/flows/describe-failure.ts"
import type { FlowChoices, Happening, IssuedToken } from "../../dev/flows/flow.ts"
import { flows } from "../../dev/flows/flows.ts"
import { type LocalIssuer, startIssuer } from "../../dev/issuer/issuer.ts"

// What each flow tells as it goes, and how it ends where it comes to no token. Its tokens meet the edges in flow-tokens.test.ts.
let issuer: LocalIssuer
beforeAll(async () => {
  issuer = await startIssuer()
})
afterAll(() => issuer.close())

const alice: FlowChoices = {
  user: "alice",
  scope: "openid read:orders write:orders",
  withAudience: true,
  organization: null,
}
const asBob: FlowChoices = { ...alice, user: "bob" }

describe.each(flows)("$title", (flow) => {
  test("tells each step once, in its order, with what was sent", async () => {
    const told: Happening[] = []
    await flow.run(issuer, alice, (happening) => told.push(happening))
    expect(told.map(({ step }) => step)).toEqual(flow.steps.slice(0, -1).map(({ id }) => id))
    expect(flow.steps.at(-1)).toMatchObject({ from: "client", to: "api" })
    const [first] = told
    expect(first?.parameters).toMatchObject({ client_id: flow.client, scope: expect.stringContaining("orders") })
    for (const { step, summary, parameters } of told) {
      expect(summary).toMatch(/^(GET|POST) \/|^[234]\d\d|^a redirect$/)
      // A login is at an address of the issuer's, and says nothing by itself.
      if (step !== "login") expect(parameters).not.toEqual({})
      expect(Object.values(parameters).join()).not.toMatch(/undefined|\[object/)
    }
  })

  test("its labels fit their arrows", () => {
    for (const { label } of flow.steps) expect(label.length).toBeLessThanOrEqual(40)
  })

  test("an issuer that is down or sends garbage ends it, and says so in a line", async () => {
    const failing = await startIssuer()
    try {
      for (const [behaviour, told] of [
        ["down", /fetch failed|cut|socket/i],
        ["garbage", /content-type|JSON/i],
      ] as const) {
        failing.behaveAs(behaviour)
        const failure = await flow.run(failing, alice, () => {}).then(() => "a token", describeFailure)
        expect(failure).toMatch(told)
        expect(failure).not.toContain("\n")
      }
    } finally {
      await failing.close()
    }
  })

  if (flow.hasUser)
    test("a user gets no token for an organization of others", async () => {
      const asked = flow.run(issuer, { ...asBob, organization: "org_globex" }, () => {})
      await expect(asked.then(() => "a token", describeFailure)).resolves.toMatch(/^access_denied: .*globex/)
    })
})

describe("what is told", () => {
  async function toldBy(id: string) {
    const told: Record<string, Happening> = {}
    const flow = flows.find((one) => one.id === id)
    const tokens = await flow?.run(issuer, alice, (happening) => {
      told[happening.step] = happening
    })
    return { told, token: (kind: IssuedToken["kind"]) => tokens?.find((one) => one.kind === kind)?.token }
  }

  test("a code that comes by redirect is the one that is exchanged", async () => {
    const { told, token } = await toldBy("pkce")
    expect(told.callback?.parameters.code).toMatch(/\S/)
    expect(told["token-request"]?.parameters.code).toBe(told.callback?.parameters.code)
    expect(told["token-request"]?.parameters.code_verifier).toMatch(/\S/)
    expect(told["token-response"]).toMatchObject({ summary: "200", parameters: { access_token: token("access") } })
  })

  test("hybrid: what the browser posts, and what the code is exchanged for", async () => {
    const { told, token } = await toldBy("hybrid")
    expect(told.post?.parameters).toMatchObject({ access_token: token("front-channel"), code: expect.anything() })
    expect(told.post?.parameters.id_token).toMatch(/^eyJ/)
    expect(told["token-response"]?.parameters.access_token).toBe(token("access"))
  })

  test("device: the codes are the issuer's, and the first answer is that the user is not done", async () => {
    const { told } = await toldBy("device")
    const { device_code, user_code } = told["device-response"]?.parameters ?? {}
    expect(told.poll?.parameters.device_code).toBe(device_code)
    expect(told.pending).toMatchObject({ summary: "400", parameters: { error: "authorization_pending" } })
    expect(told.activate?.parameters).toEqual({ user_code })
    expect(told.confirm?.summary).toBe("POST /activate → 200")
    expect(told["poll-again"]?.parameters.device_code).toBe(device_code)
  })

  test("refresh: the first refresh token is shown twice, and then the second, which is refused as well", async () => {
    const { told, token } = await toldBy("refresh")
    const first = told["token-response"]?.parameters.refresh_token
    const second = told["refresh-response"]?.parameters.refresh_token
    expect(new Set([undefined, first, second]).size).toBe(3)
    expect(told["refresh-request"]?.parameters.refresh_token).toBe(first)
    expect(told["replay-request"]?.parameters.refresh_token).toBe(first)
    expect(told["family-request"]?.parameters.refresh_token).toBe(second)
    for (const step of ["replay-response", "family-response"])
      expect(told[step]).toMatchObject({ summary: "400", parameters: { error: "invalid_grant" } })
    expect(told["refresh-response"]?.parameters.access_token).toBe(token("access"))
  })

  test("DPoP: a proof goes along", async () => {
    const { told } = await toldBy("dpop")
    expect(decodeProtectedHeader(told["token-request"]?.parameters.DPoP ?? "")).toMatchObject({ typ: "dpop+jwt" })
  })
})

describe("an issuer that turns to garbage in the midst of it", () => {
  test.each(["implicit-form-post", "hybrid", "pkce"])("%s: no step is told that did not happen", async (id) => {
    const failing = await startIssuer()
    try {
      const told: string[] = []
      const flow = flows.find((one) => one.id === id)
      const running = flow?.run(failing, alice, ({ step }) => {
        told.push(step)
        if (step === "authorize") failing.behaveAs("garbage")
      })
      await expect(running).rejects.toThrow("the issuer showed a page (200)")
      expect(told).toEqual(["authorize", "login"])
    } finally {
      await failing.close()
    }
  })

  test("device: nothing is confirmed where there is no form", async () => {
    const failing = await startIssuer()
    try {
      const told: string[] = []
      const running = flows
        .find(({ id }) => id === "device")
        ?.run(failing, alice, ({ step }) => {
          told.push(step)
          if (step === "pending") failing.behaveAs("garbage")
        })
      expect(await running?.then(() => "a token", describeFailure)).toContain("without a form for the user code")
      expect(told.slice(-2)).toEqual(["pending", "activate"])
    } finally {
      await failing.close()
    }
  })
})
