import { request } from "node:http"
import { describe, test } from "vitest"
import { edgeNames } from "./edge.ts"
import { holdAnswers, type Stand, startStand, tally, times } from "./stand.ts"
import type { WorkerEdge } from "./worker-edge.ts"

const jwksPath = "/.well-known/jwks.json"
const discoveryPath = "/.well-known/openid-configuration"
const documentsOf = { auth0: [jwksPath], oidc: [discoveryPath, jwksPath] }
const profiles = ["auth0", "oidc"] as const
const keys = { unknownKeyCoolDownSeconds: 3600, retryAfterSeconds: 300 }

describe.concurrent.each(edgeNames)("%s", (edge) => {
  test.for(profiles)("100 requests at once on a cold start fetch the keys once (%s)", async (profile, { expect }) => {
    await using stand = await startStand(edge, { profile, keys })
    const { arrived, release } = holdAnswers(stand.issuer)
    const answers = times(100, () => stand.ask())
    await arrived()
    await stand.settle()
    release()
    expect(tally(await answers)).toEqual({ allowed: 100 })
    expect(stand.issuer.requests).toEqual(documentsOf[profile])
  })

  test.for(profiles)("once warm, nothing is fetched (%s)", async (profile, { expect }) => {
    await using stand = await startStand(edge, { profile, keys })
    const token = stand.token()
    expect(tally([await stand.ask(token)])).toEqual({ allowed: 1 })
    expect(tally(await times(100, () => stand.ask()))).toEqual({ allowed: 100 })
    expect(tally(await times(100, () => stand.ask(token)))).toEqual({ allowed: 100 })
    expect(stand.issuer.requests).toEqual(documentsOf[profile])
  })

  test("what can be said without keys fetches none", async ({ expect }) => {
    await using stand = await startStand(edge)
    expect(await stand.ask(null, "/health")).toMatchObject({ allowed: true })
    expect(await stand.ask(null)).toMatchObject({ reason: "credentials_missing" })
    expect(await stand.ask("nonsense")).toMatchObject({ reason: "token_malformed" })
    expect(stand.issuer.requests).toEqual([])
  })

  test("100 unknown keys at once on a cold start cause one fetch beside the first", async ({ expect }) => {
    await using stand = await startStand(edge, { keys })
    expect(tally(await times(100, () => stand.ask(stand.unknownToken())))).toEqual({ key_unknown: 100 })
    expect(stand.fetches()).toBeLessThanOrEqual(2)
  })
})

// A function that was called has nobody who could hang up on it.
test.concurrent.for(profiles)(
  "a Worker: the first client hangs up midway, and one fetch serves the others (%s)",
  async (profile, { expect }) => {
    await using stand = await startStand("a Worker", { profile, keys })
    const { arrived, release } = holdAnswers(stand.issuer)
    await hangUpWhen(arrived(), stand)
    await stand.settle()

    const answers = times(99, () => stand.ask())
    await stand.settle()
    release()
    expect(tally(await answers)).toEqual({ allowed: 99 })
    expect(stand.issuer.requests).toEqual(documentsOf[profile])
  },
)

/** With a reset: that the other side only says nothing more, as after an ordinary close, is no news to workerd. */
async function hangUpWhen(time: Promise<void>, stand: Stand): Promise<void> {
  const [hostname, port] = (stand.edge as WorkerEdge).host.split(":")
  const headers = { host: "main.test", authorization: `Bearer ${stand.token()}` }
  const first = request({ hostname, port, path: "/orders", headers, agent: false }).end()
  first.on("error", () => {})
  await time
  const closed = new Promise((resolve) => first.once("close", resolve))
  first.socket?.resetAndDestroy()
  await closed
}
