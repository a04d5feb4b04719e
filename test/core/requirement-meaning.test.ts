import fc from "fast-check"
import { expect, test } from "vitest"
import type { ClaimTestInput, RequirementInput } from "../../core/index.ts"
import { outcomeOf } from "./asking.ts"
import { anySituation, type SentPart, type Situation } from "./random-asking.ts"
import { anyRequirement, claimPlaces, namedRequirements, parameterNames } from "./random-requirement.ts"
import { nowSeconds as now } from "./standing-issuer.ts"

// The meaning of requirements, said a second time: on what people write, not on what it is compiled to, and as plain logic.

type Named = Readonly<Record<string, RequirementInput>>

function isMet(asked: RequirementInput, named: Named, at: Situation, withStepUp: boolean): boolean {
  const part = (one: string | RequirementInput) =>
    isMet(typeof one === "string" ? (named[one] as RequirementInput) : one, named, at, withStepUp)
  return (
    meetsOwn(asked, at) &&
    (!withStepUp || meetsStepUp(asked.stepUp, at.claims)) &&
    (asked.allOf ?? []).every(part) &&
    (asked.anyOf === undefined || asked.anyOf.some(part))
  )
}

function meetsOwn(asked: RequirementInput, { claims, kind, ...request }: Situation): boolean {
  const granted = String(claims.scope ?? "").split(/[ ,]/)
  const permitted = (claims.permissions ?? []) as string[]
  const { scopes, anyScope, permissions, anyPermission, refusedGrantTypes, organization } = asked
  const grants = ([] as unknown[]).concat(claims.gty ?? [])
  const organizations = organization === true ? [claims.org_id] : ([] as unknown[]).concat(organization ?? [])
  const isNamed = typeof claims.org_id === "string" && claims.org_id.length > 0
  return [
    !scopes || scopes.every((one) => granted.includes(one)),
    !anyScope || anyScope.some((one) => granted.includes(one)),
    !permissions || permissions.every((one) => permitted.includes(one)),
    !anyPermission || anyPermission.some((one) => permitted.includes(one)),
    asked.principal === undefined || asked.principal === kind,
    !refusedGrantTypes || !grants.some((one) => refusedGrantTypes.includes(one as string)),
    organization === undefined || (isNamed && organizations.indexOf(claims.org_id) !== -1),
    !asked.issuers || asked.issuers.includes("https://tenant.example/"),
    asked.audience === undefined || JSON.stringify(claims.aud).includes(`"${asked.audience}"`),
    ...Object.entries(asked.claims ?? {}).map(([name, one]) => passes(claimAt(name, claims), one, claims)),
    ...Object.entries(asked.where ?? {}).map(([name, one]) => passes(partOf(name, request), one, claims)),
  ].every(Boolean)
}

/** Undefined for what is absent, null for what can't be told. */
function partOf(name: string, { segments, query, headers }: Omit<Situation, "claims" | "kind">): unknown {
  const bare = name.replace(/^\w+\./, "")
  if (name.startsWith("params.")) return segments[parameterNames.indexOf(bare as "first")]?.value
  if (name.startsWith("query.")) return query ? only(query, bare, undefined) : null
  return only(headers, bare, query ? undefined : null)
}

function only(parts: readonly SentPart[], name: string, absent: undefined | null): unknown {
  const found = parts.filter((one) => one.name === name)
  if (found.length === 0) return absent
  return found.length > 1 ? null : found[0]?.value
}

function claimAt(name: string, claims: Readonly<Record<string, unknown>>): unknown {
  return (claimPlaces[name] ?? []).reduce(
    (value: unknown, step) =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? Object.entries(value).find(([own]) => own === step)?.[1]
        : undefined,
    claims,
  )
}

function passes(value: unknown, one: ClaimTestInput, claims: Situation["claims"]): boolean {
  const other = (operand: unknown) => {
    if (typeof operand !== "object" || operand === null || Array.isArray(operand)) return operand
    const said = claimAt((operand as { claim: string }).claim, claims)
    // An empty text in a claim stands for nobody.
    return said === "" ? undefined : Array.isArray(said) ? said.filter((item) => item !== "") : said
  }
  const list = Array.isArray(value) ? value : []
  const candidates = other(one.oneOf)
  return [
    one.equals === undefined || same(value, other(one.equals)),
    one.oneOf === undefined || (Array.isArray(candidates) && candidates.some((item) => same(value, item))),
    one.contains === undefined || list.some((item) => same(item, one.contains)),
    !one.containsAny || one.containsAny.some((wanted) => list.some((item) => same(item, wanted))),
    !one.containsAll || one.containsAll.every((wanted) => list.some((item) => same(item, wanted))),
    one.exists !== true || (value ?? undefined) !== undefined,
    one.exists !== false || value === undefined,
  ].every(Boolean)
}

/** Two texts, two numbers or two truths, written alike in JSON. */
function same(a: unknown, b: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof a) && JSON.stringify(a) === JSON.stringify(b)
}

function meetsStepUp(asked: RequirementInput["stepUp"], claims: Situation["claims"]): boolean {
  const { acr, amr, maxAgeSeconds } = asked ?? {}
  const methods = ([] as unknown[]).concat(claims.amr ?? [])
  const age = typeof claims.auth_time === "number" ? now - claims.auth_time : null
  return (
    (!acr || (typeof claims.acr === "string" && acr.includes(claims.acr))) &&
    (!amr || amr.every((one) => methods.includes(one))) &&
    (maxAgeSeconds === undefined || (age !== null && age >= -5 && age <= maxAgeSeconds + 5))
  )
}

test("what is asked is what it means", () => {
  const seen = { met: 0, authentication: 0, refused: 0 }
  fc.assert(
    fc.property(anyRequirement, namedRequirements, anySituation, (asked, requirements, situation) => {
      const { claims, segments, query, headers } = situation
      const outcome = outcomeOf(asked, {
        requirements,
        claims,
        pattern: `/${parameterNames.map((name) => `:${name}`).join("/")}/**`,
        path: `/${segments.map(({ sent }) => sent).join("/")}`,
        query: query === null ? null : query.map(({ sent }) => sent).join("&"),
        headers: Object.fromEntries(headers.map(({ sent }) => sent.split(": ") as [string, string])),
        issuer: { audiences: ["https://api.example.com", "https://admin.example.com"] },
        otherIssuers: [{ issuer: "https://other.example/", audiences: ["https://other.example"] }],
      })
      const met = isMet(asked, requirements, situation, true)
      const authorised = isMet(asked, requirements, situation, false)
      expect(outcome === "met").toBe(met)
      expect(outcome === "authentication_insufficient").toBe(authorised && !met)
      if (met) seen.met++
      else if (authorised) seen.authentication++
      else seen.refused++
    }),
    { numRuns: 5000 },
  )
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(100)
})
