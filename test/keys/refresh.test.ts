import { setTimeout as pause } from "node:timers/promises"
import { describe, test, vi } from "vitest"
import { edgeNames } from "./edge.ts"
import type { LambdaEdge } from "./lambda-edge.ts"
import { askUntil, holdAnswers, type Stand, startStand, tally, times } from "./stand.ts"
import { makeTenantKey } from "./tenant.ts"

// They do little but wait for time to pass.
vi.setConfig({ maxConcurrency: 20 })

describe.concurrent.each(edgeNames)("%s: a refresh", (edge) => {
  test("is off the way of requests: while the issuer holds it back, everybody is let in", async ({ expect }) => {
    const keys = {
      refreshAfterSeconds: 3,
      staleAfterSeconds: 60,
      refreshDeadlineMilliseconds: 50,
      fetchTimeoutSeconds: 10,
    }
    await using stand = await startStand(edge, { keys })
    const token = stand.token()
    expect(await stand.ask(token)).toMatchObject({ allowed: true })

    const { release } = holdAnswers(stand.issuer)
    // Another key under the same id: that it is in use shows without a token of an unknown key, which would cause a fetch.
    stand.issuer.keys = [makeTenantKey("first")]
    const before = await askUntil(stand.ask, () => stand.fetches() === 2)
    const meanwhile = [...(await times(20, () => stand.ask())), ...(await times(20, () => stand.ask(token)))]
    // Those who asked have their answers, and the issuer has given none yet, nor was it hung up on.
    expect(refreshOf(stand)?.endedAt).toBeNull()
    expect(tally([...before, ...meanwhile])).toEqual({ allowed: before.length + 40 })

    release()
    await askUntil(
      () => stand.ask(token),
      (answer) => answer.reason === "signature_invalid",
    )
    expect(stand.fetches()).toBe(2)
  })

  test("is off the way of requests, too, when Cache-Control puts it off for as long as may be", async ({ expect }) => {
    const keys = {
      refreshAfterSeconds: 1,
      staleAfterSeconds: 2,
      refreshDeadlineMilliseconds: 50,
      fetchTimeoutSeconds: 4,
    }
    await using stand = await startStand(edge, { keys })
    stand.issuer.headers = { "cache-control": "max-age=86400" }
    expect(await stand.ask()).toMatchObject({ allowed: true })
    holdAnswers(stand.issuer)
    // Asked one after another: the one that finds it due has its answer too.
    const answers = await askUntil(stand.ask, () => stand.fetches() === 2)
    expect(refreshOf(stand)?.endedAt).toBeNull()
    expect(tally(answers)).toEqual({ allowed: answers.length })
  })

  test("comes of the one request that finds it due, and is done without another", async ({ expect }) => {
    await using stand = await startStand(edge, { keys: { refreshAfterSeconds: 2, staleAfterSeconds: 60 } })
    expect(await stand.ask()).toMatchObject({ allowed: true })
    stand.issuer.keys = [makeTenantKey("first")]
    stand.issuer.answer = (request, response) =>
      void setTimeout(() => stand.issuer.answerOrdinarily(request, response), 100)
    const answers = await askUntil(stand.ask, () => stand.fetches() === 2)
    expect(tally(answers)).toEqual({ allowed: answers.length })
    // Nobody asks while it ends: a function has waited for it, and a Worker's goes on by itself.
    if (edge === "a Worker") await expect.poll(() => refreshOf(stand)?.endedAt).not.toBeNull()
    expect(refreshOf(stand)?.endedAt).not.toBeNull()
    await askUntil(stand.ask, (answer) => answer.reason === "signature_invalid")
    expect(stand.fetches()).toBe(2)
  })

  test("is one for 100 requests at once that find it due", async ({ expect }) => {
    await using stand = await startStand(edge, { keys: { refreshAfterSeconds: 1, staleAfterSeconds: 60 } })
    expect(await stand.ask()).toMatchObject({ allowed: true })
    const startedAt = performance.now()
    // Requests that need no keys let the time pass.
    await askUntil(
      () => stand.ask(null, "/health"),
      () => performance.now() - startedAt > 1000,
    )
    const { arrived, release } = holdAnswers(stand.issuer)
    const answers = times(100, () => stand.ask())
    await arrived()
    await stand.settle()
    expect(stand.fetches()).toBe(2)
    release()
    expect(tally(await answers)).toEqual({ allowed: 100 })
  })
})

// A Worker's isolate is not frozen: what it begins with waitUntil comes to its end.
test.concurrent("a Lambda function that is frozen with every answer: a refresh that takes longer is not an outage", async ({
  expect,
}) => {
  const ages = { refreshAfterSeconds: 1, staleAfterSeconds: 3, maximumAgeSeconds: 5, retryAfterSeconds: 5 }
  const keys = { ...ages, refreshDeadlineMilliseconds: 50, fetchTimeoutSeconds: 1 }
  await using stand = await startStand("a Lambda function", { keys })
  expect(await stand.ask()).toMatchObject({ allowed: true })
  // Well within the time limit of a fetch, and never within that of an answer.
  stand.issuer.answer = (request, response) =>
    void setTimeout(() => stand.issuer.answerOrdinarily(request, response), 300)
  for (let call = 0; call < 4; call++) {
    const edge = stand.edge as LambdaEdge
    edge.freeze()
    // By the end of this, a fetch that was under way is long past its time limit. The issuer is well all the time.
    await pause(2200)
    expect(await stand.ask()).toMatchObject({ allowed: true })
  }
})

/** How the issuer's Cache-Control moves the next fetch: not before, and not as late as the configured times alone would have it. */
const lifetimes = [
  {
    name: "max-age shortens the time to the next refresh",
    headers: { "cache-control": "public, max-age=1" },
    keys: { refreshAfterSeconds: 300, minimumRefreshSeconds: 1 },
    notBefore: 0.7,
  },
  {
    name: "Age is part of max-age",
    headers: { "cache-control": "max-age=100", age: "99" },
    keys: { refreshAfterSeconds: 300, minimumRefreshSeconds: 1 },
    notBefore: 0.7,
  },
  ...["max-age=0", "no-store", "no-cache"].map((value) => ({
    name: `${value} shortens it to the minimum`,
    headers: { "cache-control": value },
    keys: { refreshAfterSeconds: 300, minimumRefreshSeconds: 1 },
    notBefore: 0.7,
  })),
  {
    name: "a long max-age lengthens it, but not past the time at which keys are stale",
    headers: { "cache-control": "max-age=86400" },
    keys: { refreshAfterSeconds: 1, staleAfterSeconds: 3 },
    notBefore: 1.5,
  },
  {
    name: "without it, the configured time counts",
    headers: {},
    keys: { refreshAfterSeconds: 1, staleAfterSeconds: 300 },
    notBefore: 0.7,
  },
] as const

describe.concurrent.each(edgeNames)("%s: Cache-Control", (edge) => {
  test.for(lifetimes)("$name", async ({ headers, keys, notBefore }, { expect }) => {
    await using stand = await startStand(edge, { keys })
    stand.issuer.headers = headers
    const answers = await askUntil(stand.ask, () => stand.fetches() === 3)
    expect(tally(answers)).toEqual({ allowed: answers.length })
    const times = stand.issuer.visits.map((visit) => visit.startedAt / 1000)
    for (const [index, time] of times.entries()) {
      if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThan(notBefore)
    }
  })
})

/** The second request for the key set. */
const refreshOf = (stand: Stand) => stand.issuer.visits[1]
