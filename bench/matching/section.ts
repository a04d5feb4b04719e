import { oursName } from "../peers/ours.ts"
import type { RunOptions, Section, Table } from "../section.ts"
import { digits, ratioOf, spreadOf, spreadText } from "../statistics.ts"
import { decisionsUnder } from "./decisions.ts"
import type { Router, RuleMatcher } from "./matcher.ts"
import { findMyWay } from "./matchers/find-my-way.ts"
import { honoRegExp, honoSmart, honoTrie } from "./matchers/hono.ts"
import { ours } from "./matchers/ours.ts"
import { rou3 } from "./matchers/rou3.ts"
import { urlPattern } from "./matchers/url-pattern.ts"
import { longPaths, makeRequests, makeRules, type Reach, type RoutedRequest } from "./requests.ts"
import { type Lane, makeLane, runRounds } from "./rounds.ts"

/** All that is compared, in the order of the tables. */
export const routers: readonly Router[] = [ours, rou3, honoTrie, honoRegExp, honoSmart, findMyWay, urlPattern]

const sizes = [10, 1000, 10_000] as const
const largest = 10_000
const reaches: readonly Reach[] = ["two groups", "all groups"]
const requestCount = 3000
/** What whole decisions are called, where a router's name stands. */
const decisions = "whole decisions, rules with conditions"
/** A router that goes through the rules one by one is asked fewer questions first: all of them would take half a minute. */
const questionsToSlowRouters = 30

/** The times of one router on one kind of requests. */
interface Measured {
  readonly router: string
  readonly size: number
  readonly requests: string
  readonly lane: Lane
}

/** The routers on the same rules and requests, by the number of rules, and on the longest paths. */
export async function run({ quick }: RunOptions): Promise<Section> {
  const measured: Measured[] = []
  const excluded: string[] = []
  const compileMilliseconds = new Map<string, number>()
  for (const router of routers) {
    console.error(`  ${router.name}`)
    for (const size of sizes) {
      const start = performance.now()
      const matcher = router.compile(makeRules(size))
      // Some build what they match with only now.
      matcher.match("GET", "/")
      compileMilliseconds.set(router.name, performance.now() - start)
      for (const { name, requests } of requestsFor(size)) {
        const mistake = findMistake(
          matcher,
          router === urlPattern ? requests.slice(0, questionsToSlowRouters) : requests,
        )
        if (mistake) excluded.push(`${router.name}, ${size} rules, ${mistake.method} ${mistake.path.slice(0, 60)}`)
        else measured.push({ router: router.name, size, requests: name, lane: makeLane(matcher, requests) })
      }
    }
  }

  console.error(`  ${decisions}`)
  for (const size of sizes) {
    const matcher = await decisionsUnder(size)
    for (const reach of reaches) {
      const requests = makeRequests(size, requestCount, reach)
      const mistake = findMistake(matcher, requests)
      if (mistake) throw new Error(`${mistake.method} ${mistake.path} was decided by another rule`)
      measured.push({ router: decisions, size, requests: reach, lane: makeLane(matcher, requests) })
    }
  }

  console.error("  rounds")
  const rounds = quick ? 15 : 40
  const lanes = measured.map(({ lane }) => lane)
  runRounds(lanes, rounds)

  const timesOf: TimesOf = (router, size, requests) =>
    measured.find((one) => one.router === router && one.size === size && one.requests === requests)?.lane.times ?? []
  const growth = ratioOf(timesOf(oursName, largest, "two groups"), timesOf(oursName, 10, "two groups"))
  const decisionGrowth = ratioOf(timesOf(decisions, largest, "two groups"), timesOf(decisions, 10, "two groups"))
  const spreadOverAll = ratioOf(timesOf(oursName, largest, "all groups"), timesOf(oursName, 10, "all groups"))
  return {
    title: "Matching rules",
    notes: [
      `Rules of an ordinary API, in groups of five: a collection with two methods, an item, a part of an item, and a folder with all below it. One request in six fits none. Each router was first seen to find the right rule. Medians over ${rounds} rounds in turns, with the quartiles in brackets.`,
      `The number of rules shows in two ways. More of them may have to be looked at: that is in the first table, where requests go to two groups of rules, whatever the number of all. And where requests go to all of them, as in the second table, the rules are too many for the processor's caches: that costs every router that keeps its rules in memory. The target is about the first; for ${oursName}, the second grows by ${spreadText(spreadOverAll)}.`,
      ...excluded.map((where) => `Left out, as it found another rule: ${where}.`),
    ],
    tables: [
      growthTable("Requests to two groups of rules: microseconds for one match", "two groups", timesOf),
      growthTable("Requests spread evenly over all the rules: microseconds for one match", "all groups", timesOf),
      {
        title: "Whole decisions under rules with conditions: microseconds for one, its token remembered",
        note: "Path, rule, token, then what the rule asks for: scopes, permissions, claims, path and query parameters, alone and as named requirements.",
        columns: ["requests to", ...sizes.map((size) => `${size} rules`), "10,000 ÷ 10"],
        rows: reaches.map((reach) => [
          reach,
          ...sizes.map((size) => spreadText(spreadOf(timesOf(decisions, size, reach)))),
          spreadText(ratioOf(timesOf(decisions, largest, reach), timesOf(decisions, 10, reach))),
        ]),
      },
      {
        title: "Paths of 16 KB, with 10,000 rules: microseconds for one match",
        columns: ["", ...longPaths.map(({ name }) => name)],
        rows: routers.map(({ name }) => [
          name,
          ...longPaths.map((path) => spreadText(spreadOf(timesOf(name, largest, path.name)))),
        ]),
      },
      {
        title: "Milliseconds to compile 10,000 rules, measured once",
        columns: ["", "ms"],
        rows: [...compileMilliseconds].map(([name, milliseconds]) => [name, digits(milliseconds)]),
      },
    ],
    targets: [
      {
        name: "matching with 10,000 rules ÷ with 10, requests to two groups of rules",
        limit: 1.5,
        is: "atMost",
        median: growth.median,
        spread: [growth.low, growth.high],
      },
      {
        name: "a decision under 10,000 rules with conditions ÷ under 10, requests to two groups of rules",
        limit: 1.5,
        is: "atMost",
        median: decisionGrowth.median,
        spread: [decisionGrowth.low, decisionGrowth.high],
      },
    ],
  }
}

type TimesOf = (router: string, size: number, requests: string) => readonly number[]

function requestsFor(size: number): { readonly name: string; readonly requests: readonly RoutedRequest[] }[] {
  const ordinary = reaches.map((reach) => ({ name: reach, requests: makeRequests(size, requestCount, reach) }))
  if (size !== largest) return ordinary
  return [
    ...ordinary,
    ...longPaths.map(({ name, path, rule }) => ({ name, requests: [{ method: "GET", path, rule }] })),
  ]
}

function findMistake(matcher: RuleMatcher, requests: readonly RoutedRequest[]): RoutedRequest | undefined {
  return requests.find(({ method, path, rule }) => matcher.ruleOf(matcher.match(method, path)) !== rule)
}

function growthTable(title: string, reach: Reach, timesOf: TimesOf): Table {
  return {
    title,
    columns: ["", ...sizes.map((size) => `${size} rules`), "10,000 ÷ 10", `${oursName} ÷ it, at 10,000`],
    rows: routers.map(({ name }) => [
      name,
      ...sizes.map((size) => spreadText(spreadOf(timesOf(name, size, reach)))),
      spreadText(ratioOf(timesOf(name, largest, reach), timesOf(name, 10, reach))),
      name === oursName ? "" : spreadText(ratioOf(timesOf(oursName, largest, reach), timesOf(name, largest, reach))),
    ]),
  }
}
