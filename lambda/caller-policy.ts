import {
  type Config,
  coveredMethods,
  grantedPaths,
  groupBy,
  type PathPattern,
  type Place,
  placesOf,
  type Rule,
  type VerifiedToken,
} from "../core/index.ts"
import { fenceFor } from "./fence.ts"
import { globOf, spellingsOf, textsOf, usualSpellingsOf } from "./path-glob.ts"
import { findSayable } from "./sayable.ts"
import { type Calls, summarise } from "./summaries.ts"

/** All that a caller may call, as IAM resources less the ARN of the stage and its "/". */
export interface CallerPolicy {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  /** Rules by which the caller may call what `allow` leaves out. */
  readonly unsaid: readonly Rule[]
}

/** Says what callers may call under one policy. */
export type CallerPolicies = (token: VerifiedToken | null, maximumBytes: number, stageArn: string) => CallerPolicy

/**
 * Makes the policies of callers: each a function of the rules and the caller alone, whatever call it is asked for, so that API Gateway
 * may use it for all of them. What it allows, the rules allow; of what the rules allow and it does not, `unsaid` names the rules.
 */
export function callerPolicies({ rules, unmatched, issuers }: Config): CallerPolicies {
  const all = unmatched ? [...rules, unmatched] : rules
  const tables = methodTables(rules, unmatched)

  return (token, maximumBytes, stageArn) => {
    const found = new Map(all.map((rule) => [rule, grantedPaths(rule, token, issuers)]))
    const cut = all.filter((rule) => !found.get(rule)?.isWhole)
    const granted = new Map([...found].map(([rule, { patterns }]) => [rule, patterns]))
    // One who owns a great many of something loses some of these first, and all else last.
    const inOrder = all
      .filter((rule) => granted.get(rule)?.length !== 0)
      .sort((a, b) => (granted.get(a)?.length ?? 0) - (granted.get(b)?.length ?? 0))
    const policyWith = (chosen: readonly Rule[]) => {
      if (sum(chosen.map((rule) => granted.get(rule)?.length ?? 0)) > maximumGrants) return null
      const policy = policyOf(tables, new Map(chosen.map((rule) => [rule, granted.get(rule) ?? []])))
      return policy && sizeOf(policy, stageArn) <= maximumBytes ? policy : null
    }

    let [chosen, rest]: [readonly Rule[], readonly Rule[]] = [[], inOrder]
    let policy: CallerPolicy = { allow: [], deny: [], unsaid: [] }
    // All of them, as is most often so; else as many as fit. The first that doesn't costs no other its place.
    for (let tries = 0; rest.length > 0 && tries < maximumTries; ) {
      let [fits, tooMany] = [0, rest.length + 1]
      for (let count = rest.length; count > fits; count = (fits + tooMany) >> 1) {
        const tried = policyWith([...chosen, ...rest.slice(0, count)])
        tries++
        if (tried) [fits, policy] = [count, tried]
        else tooMany = count
      }
      chosen = [...chosen, ...rest.slice(0, fits)]
      rest = rest.slice(fits + 1)
    }
    const left = inOrder.filter((rule) => !chosen.includes(rule))
    return { ...policy, unsaid: [...new Set([...policy.unsaid, ...left, ...cut])] }
  }
}

/** Enough to go on after some rules that don't fit, each of which takes a few tries to find; a document takes some milliseconds. */
const maximumTries = 20

/** More patterns than a document has room for, and few enough that each may be held against each. */
const maximumGrants = 100

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** As long as most ARNs of a stage are. */
const someStageArn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/production"

/** How much the document of a caller would take who was granted every rule. */
export function largestPolicyBytes({ rules, unmatched }: Pick<Config, "rules" | "unmatched">): number {
  const granted = new Map([...rules, ...(unmatched ? [unmatched] : [])].map((rule) => [rule, [rule.pattern]]))
  return sizeOf(policyOf(methodTables(rules, unmatched), granted), someStageArn)
}

/** Methods for which the rules say the same. */
interface MethodTable {
  readonly methods: readonly string[]
  readonly places: readonly Place[]
}

function methodTables(rules: readonly Rule[], unmatched: Rule | null): readonly MethodTable[] {
  const tables = coveredMethods(rules, unmatched).map((method) => ({
    method,
    places: placesOf(rules, unmatched, method),
  }))
  const same = groupBy(tables, ({ places }) => places.map(({ rule }) => rules.indexOf(rule)).join())
  return [...same.values()].map((group) => ({
    methods: group.map(({ method }) => method),
    places: group[0]?.places ?? [],
  }))
}

/** Null where it is beyond all limits. */
function policyOf(
  tables: readonly MethodTable[],
  granted: ReadonlyMap<Rule, readonly PathPattern[]>,
): CallerPolicy | null {
  const unsaid = new Set<Rule>()
  const methods = tables.flatMap((table) => table.methods)
  const said: Calls[] = []
  for (const { methods, places } of tables) {
    const mine = places.map((place) => ({ ...place, granted: granted.get(place.rule) ?? [] }))
    const sayable = findSayable(mine)
    if (!sayable) return null
    for (const place of mine)
      if (sayable.unsaid.some((pattern) => place.granted.includes(pattern))) unsaid.add(place.rule)
    for (const method of methods)
      said.push({
        allow: sayable.allow.map(({ segments, open }) => ({ segments: [{ literal: method }, ...segments], open })),
        deny: sayable.deny.map(({ items, open }) => ({ items: [method, ...items], open })),
      })
  }
  const calls = summarise(
    { allow: said.flatMap(({ allow }) => allow), deny: said.flatMap(({ deny }) => deny) },
    methods,
  )
  const allowed = usualSpellingsOf(calls.allow.map(globOf))
  const denied = spellingsOf(calls.deny)
  if (!allowed || !denied) return null
  const allow = [...new Set(allowed.flatMap(textsOf))]
  const deny = denied.flatMap(textsOf)
  const fence = fenceFor(allow)
  for (const [rule, patterns] of granted) if (patterns.some(fence.takesFrom)) unsaid.add(rule)
  return {
    allow,
    deny: [...new Set([...deny.filter((text) => !fence.covers(text)), ...fence.deny])],
    unsaid: [...unsaid],
  }
}

/** API Gateway's limit for one resource of a document. */
const maximumResourceLength = 512

/** In bytes, as JSON: each resource with its stage, quotes and a comma. Endless, if one of them is too long. */
function sizeOf(policy: CallerPolicy | null, stageArn: string): number {
  if (!policy) return Number.POSITIVE_INFINITY
  const { allow, deny } = policy
  const longest = maximumResourceLength - stageArn.length - 1
  if ([...allow, ...deny].some((text) => text.length > longest)) return Number.POSITIVE_INFINITY
  const { length } = new TextEncoder().encode(JSON.stringify([...allow, ...deny]))
  return length + (allow.length + deny.length) * (stageArn.length + 1)
}
