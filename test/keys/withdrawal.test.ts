import { setTimeout as pause } from "node:timers/promises"
import { describe, test } from "vitest"
import { edgeNames } from "./edge.ts"
import { askUntil, goDown, startStand, tally, times } from "./stand.ts"
import { makeTenantKey } from "./tenant.ts"

const secondKey = makeTenantKey("second")

describe.concurrent.each(edgeNames)("%s: a key that is withdrawn", (edge) => {
  // The age at which keys expire is out of reach: nothing but a refresh can end these.
  const keys = { refreshAfterSeconds: 1, staleAfterSeconds: 3000, maximumAgeSeconds: 3600 }

  test.for(["a remembered token", "tokens of its own"])(
    "is refused after the next refresh: %s",
    async (kind, { expect }) => {
      await using stand = await startStand(edge, { keys })
      const token = stand.token()
      const ask = () => stand.ask(kind === "a remembered token" ? token : stand.token())
      expect(tally(await times(5, ask))).toEqual({ allowed: 5 })
      stand.issuer.keys = [secondKey]
      const answers = await askUntil(ask, (answer) => !answer.allowed)
      expect(answers.at(-1)).toMatchObject({ reason: "key_unknown" })
      expect(await stand.ask(stand.token(secondKey))).toMatchObject({ allowed: true })
    },
  )

  test("is refused though another key bears its id now, remembered tokens included", async ({ expect }) => {
    await using stand = await startStand(edge, { keys })
    const token = stand.token()
    expect(tally(await times(5, () => stand.ask(token)))).toEqual({ allowed: 5 })
    const successor = makeTenantKey("first")
    stand.issuer.keys = [successor]
    const answers = await askUntil(
      () => stand.ask(token),
      (answer) => !answer.allowed,
    )
    expect(answers.at(-1)).toMatchObject({ reason: "signature_invalid" })
    expect(await stand.ask(stand.token(successor))).toMatchObject({ allowed: true })
  })

  test("is refused by the first request after a quiet time, which waits for the refresh", async ({ expect }) => {
    await using stand = await startStand(edge, {
      keys: { refreshAfterSeconds: 1, staleAfterSeconds: 1, maximumAgeSeconds: 3600 },
    })
    const token = stand.token()
    expect(tally(await times(5, () => stand.ask(token)))).toEqual({ allowed: 5 })
    stand.issuer.keys = [secondKey]
    // The quiet itself: nobody asks, and nothing happens that could be waited for.
    await pause(1100)
    expect(await stand.ask(token)).toMatchObject({ reason: "key_unknown" })
    expect(stand.fetches()).toBe(2)
  })

  test("ends at the stated age when the issuer can't be reached from then on", async ({ expect }) => {
    const maximumAgeSeconds = 3
    await using stand = await startStand(edge, {
      keys: { refreshAfterSeconds: 1, staleAfterSeconds: 2, maximumAgeSeconds, retryAfterSeconds: 1 },
    })
    const token = stand.token()
    const startedAt = performance.now()
    expect(await stand.ask(token)).toMatchObject({ allowed: true })
    stand.issuer.keys = [secondKey]
    goDown(stand.issuer)
    const answers = await askUntil(
      async () => {
        const [remembered, fresh] = [await stand.ask(token), await stand.ask()]
        return remembered.allowed ? fresh : remembered
      },
      (answer) => !answer.allowed,
    )
    const seconds = (performance.now() - startedAt) / 1000
    expect(answers.at(-1)).toMatchObject({ reason: "keys_unreachable", status: 503 })
    expect(seconds).toBeGreaterThanOrEqual(maximumAgeSeconds)
    expect(await stand.ask(token)).toMatchObject({ reason: "keys_unreachable" })
    expect(await stand.ask()).toMatchObject({ reason: "keys_unreachable" })
    expect(stand.fetches()).toBeGreaterThan(1)

    stand.issuer.answer = null
    await askUntil(
      () => stand.ask(token),
      (answer) => answer.reason === "key_unknown",
    )
    expect(await stand.ask(stand.token(secondKey))).toMatchObject({ allowed: true })
  })
})
