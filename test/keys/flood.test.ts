import { setTimeout as pause } from "node:timers/promises"
import { describe, test } from "vitest"
import { edgeNames } from "./edge.ts"
import { startStand, tally, times } from "./stand.ts"

const allowed = { allowed: true }

// Ten seconds of it, while other tests run beside: what counts is the number of fetches in them, not how many came through.
describe.concurrent.each(edgeNames)("%s: random key ids", (edge) => {
  const [floodMilliseconds, coolDownSeconds, perSecond] = [10_000, 2, 1000]

  test("by the hundred cause one fetch in all of the cool-down, and users of known keys notice nothing", async ({
    expect,
  }) => {
    await using stand = await startStand(edge, { keys: { unknownKeyCoolDownSeconds: 3600 } })
    expect(await stand.ask()).toMatchObject(allowed)
    for (let round = 0; round < 3; round++) {
      const both = [times(50, () => stand.ask(stand.unknownToken())), times(10, () => stand.ask())]
      const [refused = [], served = []] = await Promise.all(both)
      expect(tally(refused)).toEqual({ key_unknown: 50 })
      expect(tally(served)).toEqual({ allowed: 10 })
    }
    expect(stand.fetches()).toBe(2)
  })

  test("by the thousand cause one fetch in a cool-down, and users of known keys notice nothing", async ({ expect }) => {
    const keys = { unknownKeyCoolDownSeconds: coolDownSeconds, maximumUnknownKeys: 100 }
    await using stand = await startStand(edge, { keys })
    expect(await stand.ask()).toMatchObject(allowed)
    const remembered = stand.token()
    const flood: Promise<string>[] = []
    const users: Promise<string>[] = []
    const record = async (asked: ReturnType<typeof stand.ask>) => Object.keys(tally([await asked]))[0] ?? ""

    const startedAt = performance.now()
    let waiting = 0
    for (let elapsed = 0; elapsed < floodMilliseconds; elapsed = performance.now() - startedAt) {
      // As many as are due by now, but no more at once than an edge has in hand.
      while (flood.length < (elapsed * perSecond) / 1000 && waiting < 100) {
        waiting++
        flood.push(record(stand.ask(stand.unknownToken())).finally(() => waiting--))
        if (flood.length % 50 === 0) users.push(record(stand.ask()), record(stand.ask(remembered)))
      }
      await pause(1)
    }
    const [refused, served] = [await Promise.all(flood), await Promise.all(users)]
    const seconds = (performance.now() - startedAt) / 1000
    console.log(
      `${edge}: ${Math.round(refused.length / seconds)} unknown keys a second, ${stand.fetches() - 1} fetches`,
    )

    expect(new Set(refused)).toEqual(new Set(["key_unknown"]))
    expect(new Set(served)).toEqual(new Set(["allowed"]))
    expect(stand.fetches() - 1).toBeLessThanOrEqual(seconds / coolDownSeconds + 1)
    // Not one after another: the flood has to be one.
    expect(refused.length).toBeGreaterThan(1000)
  })
})
