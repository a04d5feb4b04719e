import { parseClaimPath } from "./claim-path.ts"
import type { ConfigProblem } from "./config-error.ts"
import type { PathPattern } from "./path-pattern.ts"
import type { Condition, Requirement, Test } from "./requirement.ts"
import type { ClaimTestInput, FromClaimInput, RequirementInput } from "./requirement-input.ts"

/** What a requirement may refer to. */
export interface Surroundings {
  /** The policy's named requirements. */
  readonly named: Readonly<Record<string, RequirementInput>>
  /** The rule's, for path parameters; null for a requirement that no rule asks for, where any name will do. */
  readonly pattern: PathPattern | null
  readonly issuers: readonly { readonly issuer: string; readonly audiences: readonly string[] }[]
}

/** Deeper than any policy needs; names that refer to each other in a circle end here. */
const maximumDepth = 16
/** More than any rule needs; names that refer to names that refer to names double with each step. */
const maximumParts = 1000

/**
 * Compiles a requirement that has the right form: looks up names, path parameters, issuers and audiences. What can't be is added
 * to `problems`, with `at` as the beginning of its path.
 */
export function compileRequirement(
  input: RequirementInput,
  surroundings: Surroundings,
  at: string,
  problems: ConfigProblem[],
): Requirement {
  const budget = { parts: maximumParts }
  return compile(input, null, at, [])

  function compile(
    asked: RequirementInput,
    name: string | null,
    path: string,
    above: readonly (string | null)[],
  ): Requirement {
    const refused = (key: string, remedy: string) => problems.push({ path: `${path}.${key}`, remedy })
    const part = (key: "allOf" | "anyOf") =>
      (asked[key] ?? []).flatMap((item, index) => compilePart(item, `${path}.${key}[${index}]`, above))
    return {
      name,
      scopes: asked.scopes ?? [],
      anyScope: asked.anyScope ?? null,
      permissions: asked.permissions ?? [],
      anyPermission: asked.anyPermission ?? null,
      conditions: compileConditions(asked, surroundings, refused),
      stepUp: asked.stepUp
        ? {
            acr: asked.stepUp.acr ?? [],
            amr: asked.stepUp.amr ?? [],
            maxAgeSeconds: asked.stepUp.maxAgeSeconds ?? null,
          }
        : null,
      allOf: part("allOf"),
      anyOf: asked.anyOf ? part("anyOf") : null,
    }
  }

  function compilePart(
    item: string | RequirementInput,
    path: string,
    above: readonly (string | null)[],
  ): Requirement[] {
    const fail = (remedy: string): [] => {
      problems.push({ path, remedy })
      return []
    }
    budget.parts--
    if (budget.parts === 0 || above.length === maximumDepth) return fail("is more than a rule may be made of")
    if (budget.parts < 0) return []
    if (typeof item !== "string") return [compile(item, null, path, [...above, null])]
    const named = Object.hasOwn(surroundings.named, item) ? surroundings.named[item] : undefined
    const known = Object.keys(surroundings.named).join(", ") || "none"
    if (!named) return fail(`there is no requirement named "${item}"; there are: ${known}`)
    const circle = [...above.filter((one) => one !== null), item]
    if (above.includes(item)) return fail(`"${item}" is a part of itself: ${circle.join(" → ")}`)
    return [compile(named, item, path, [...above, item])]
  }
}

function compileConditions(
  asked: RequirementInput,
  { pattern, issuers }: Surroundings,
  refused: (key: string, remedy: string) => void,
): Condition[] {
  const conditions: Condition[] = []
  const { audience, issuers: ofIssuers, principal, refusedGrantTypes, organization } = asked
  if (issuers.length === 0)
    for (const key of ["audience", "issuers"] as const)
      if (asked[key] !== undefined)
        refused(key, "can't be asked for where the environment names the issuer; write the policy's issuers out")

  if (audience !== undefined) {
    if (issuers.length > 0 && !issuers.some(({ audiences }) => audiences.includes(audience)))
      refused("audience", `no issuer of the policy lists the audience "${audience}", so no token would do`)
    conditions.push({ kind: "audience", text: `audience is "${audience}"`, audience })
  }
  if (ofIssuers) {
    for (const one of ofIssuers)
      if (issuers.length > 0 && !issuers.some(({ issuer }) => issuer === one))
        refused("issuers", `"${one}" is no issuer of the policy; write it exactly as in the policy's issuers`)
    conditions.push({ kind: "issuer", text: `issuer is ${oneOf(ofIssuers)}`, issuers: ofIssuers })
  }
  if (principal) conditions.push({ kind: "principal", text: `principal is a ${principal}`, principal })
  if (refusedGrantTypes)
    conditions.push({
      kind: "grantType",
      text: `grant type (gty) is not ${oneOf(refusedGrantTypes)}`,
      refused: refusedGrantTypes,
    })
  if (organization !== undefined) {
    const organizations = organization === true ? null : [organization].flat()
    const text = `organization (org_id) is ${organizations ? oneOf(organizations) : "named"}`
    conditions.push({ kind: "organization", text, organizations })
  }

  for (const [name, tests] of Object.entries(asked.claims ?? {})) {
    const path = parseClaimPath(name)
    if ("problem" in path) refused("claims", path.problem)
    else
      for (const { test, text } of readTests(tests, (problem) => refused(`claims.${name}`, problem)))
        conditions.push({ kind: "claim", text: `claims.${name} ${text}`, path, test })
  }

  for (const [part, tests] of Object.entries(asked.where ?? {})) {
    const dot = part.indexOf(".")
    const name = part.slice(dot + 1)
    const places = (pattern?.segments ?? []).flatMap((one, index) =>
      "parameter" in one && one.parameter === name ? [index] : [],
    )
    const [segment = -1] = places
    const isParameter = part.startsWith("params.")
    if (isParameter && pattern && places.length !== 1) {
      const found = places.length === 0 ? "no parameter" : "more than one parameter"
      refused(`where.${part}`, `the rule's path has ${found} :${name}`)
      continue
    }
    for (const { test, text: said } of readTests(tests, (problem) => refused(`where.${part}`, problem))) {
      const text = `${part} ${said}`
      if (isParameter) conditions.push({ kind: "parameter", text, name, segment, test })
      else conditions.push({ kind: part.startsWith("query.") ? "query" : "header", text, name, test })
    }
  }
  return conditions
}

/** The tests of one value, each with its text. */
function readTests(input: ClaimTestInput, refused: (problem: string) => void): { test: Test; text: string }[] {
  const tests: { test: Test; text: string }[] = []
  const add = (test: Test) => tests.push({ test, text: describe(test, input) })
  const operand = <Constant>(value: Constant | FromClaimInput) => {
    if (!isFromClaim(value)) return value
    const claim = parseClaimPath(value.claim)
    if (!("problem" in claim)) return { claim }
    refused(claim.problem)
    return { claim: [value.claim] as const }
  }
  const { equals, oneOf, contains, containsAny, containsAll, exists } = input
  if (equals !== undefined) add({ operator: "equals", operand: operand(equals) })
  if (oneOf !== undefined) add({ operator: "oneOf", operand: operand(oneOf) })
  if (contains !== undefined) add({ operator: "contains", operand: contains })
  if (containsAny !== undefined) add({ operator: "containsAny", operand: containsAny })
  if (containsAll !== undefined) add({ operator: "containsAll", operand: containsAll })
  if (exists !== undefined) add({ operator: "exists", operand: exists })
  return tests
}

function describe({ operator }: Test, input: ClaimTestInput): string {
  const operand = input[operator]
  if (operator === "exists") return operand === true ? "exists" : "does not exist"
  const words = { equals: "equals", oneOf: "is one of", contains: "contains", containsAny: "contains one of" } as const
  const verb = operator === "containsAll" ? "contains all of" : words[operator]
  if (isFromClaim(operand)) return `${verb} the claim ${operand.claim}`
  return `${verb} ${[operand].flat().map(quoted).join(", ")}`
}

function isFromClaim(value: unknown): value is FromClaimInput {
  return typeof value === "object" && value !== null && "claim" in value
}

function oneOf(values: readonly string[]): string {
  return values.map(quoted).join(" or ")
}

function quoted(value: unknown): string {
  return JSON.stringify(value)
}
