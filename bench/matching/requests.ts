import type { RouteRule } from "./matcher.ts"

/** One request, and the place of the rule that covers it; -1 for none. */
export interface RoutedRequest {
  readonly method: string
  readonly path: string
  readonly rule: number
}

const rulesInGroup = 5

/** The rules of an ordinary API, in groups of five. `count` is a multiple of five. */
export function makeRules(count: number): readonly RouteRule[] {
  return Array.from({ length: count / rulesInGroup }, (_, group) => [
    { method: "GET", path: `/v1/things${group}` },
    { method: "POST", path: `/v1/things${group}` },
    { method: "GET", path: `/v1/things${group}/:id` },
    { method: "GET", path: `/v1/things${group}/:id/parts/:part` },
    { method: "GET", path: `/v1/files${group}/**` },
  ]).flat()
}

/** How many different groups of rules requests go to: two, which is all that ten rules have, or all that there are. */
export type Reach = "two groups" | "all groups"

/** Requests to groups that lie evenly among all; one in six fits no rule. */
export function makeRequests(ruleCount: number, requestCount: number, reach: Reach): readonly RoutedRequest[] {
  const groups = ruleCount / rulesInGroup
  const asked = reach === "all groups" ? groups : 2
  return Array.from({ length: requestCount }, (_, index) => {
    // A prime, so that neighbours in time are no neighbours among the rules.
    const group = Math.floor((((index * 7919) % asked) * groups) / asked)
    const id = 100_000 + index
    const forms = [
      { method: "GET", path: `/v1/things${group}`, rule: 0 },
      { method: "POST", path: `/v1/things${group}`, rule: 1 },
      { method: "GET", path: `/v1/things${group}/${id}`, rule: 2 },
      { method: "GET", path: `/v1/things${group}/${id}/parts/${index}`, rule: 3 },
      { method: "GET", path: `/v1/files${group}/2026/${id}.pdf`, rule: 4 },
      { method: "GET", path: `/v1/things${group}/${id}/owner`, rule: null },
    ] as const
    // Not the index itself: with an even number of groups, each would only ever see three of the forms.
    const form = forms[Math.floor(index / 2) % forms.length] ?? forms[0]
    return { ...form, rule: form.rule === null ? -1 : group * rulesInGroup + form.rule }
  })
}

/** As long as any path that Cloudflare lets through. */
const longestPath = 16_384

/** Paths of 16 KB for the rules above, which differ in what they make a router do. */
export const longPaths = [
  { name: "8,190 segments that no rule has", path: fill("/", "a/"), rule: -1 },
  { name: "8,184 segments under an open rule", path: fill("/v1/files0/", "a/"), rule: 4 },
  { name: "one segment in a parameter's place", path: fill("/v1/things0/", "a"), rule: 2 },
] as const

function fill(start: string, part: string): string {
  return (start + part.repeat((longestPath - start.length) / part.length)).replace(/\/$/, "")
}
