import type { ClaimPath } from "../../core/claim-path.ts"
import type { Config } from "../../core/index.ts"
import type { Condition, Requirement, Test } from "../../core/requirement.ts"
import type { Rule } from "../../core/routes.ts"
import type { Draw } from "./draw.ts"
import * as words from "./vocabulary.ts"

/** What a caller brings to a rule: claims, and parts of the request. */
export interface Attempt {
  readonly claims: Record<string, unknown>
  /** Segment, counted from 0 → its value, decoded. */
  readonly parameters: Map<number, string>
  readonly query: Map<string, string>
  readonly headers: Map<string, string>
}

/**
 * An attempt that meets a rule, as far as one can: what it asks for twice, or not at the same time, comes out one way or the
 * other. `now` is in seconds.
 */
export function attemptToMeet(rule: Rule | null, { issuers }: Config, draw: Draw, now: number): Attempt {
  const issuer = draw.one(issuers)
  const attempt: Attempt = {
    claims: {
      iss: issuer.issuer,
      sub: draw.one(["auth0|alice", "alpha", "7"]),
      aud: draw.chance(0.7) ? draw.one(issuer.audiences) : [...issuer.audiences],
      azp: "web",
      client_id: "web",
      jti: "one",
      iat: now - 10,
      exp: now + 3600,
      ...(draw.chance(0.3) && { org_id: draw.one(words.organizations) }),
      ...(draw.chance(0.3) && { scope: draw.some(words.scopes).join(" ") }),
      ...(draw.chance(0.3) && { department: draw.one(words.texts) }),
      ...(draw.chance(0.2) && { roles: draw.some(words.scalars, 3) }),
    },
    parameters: new Map(),
    query: new Map(),
    headers: new Map(),
  }
  if (rule) meet(rule.requirement)
  return attempt

  function meet(requirement: Requirement): void {
    const { claims } = attempt
    for (const condition of requirement.conditions) meetCondition(condition)
    const anyScope = requirement.anyScope ? [draw.one(requirement.anyScope)] : []
    const anyPermission = requirement.anyPermission ? [draw.one(requirement.anyPermission)] : []
    // All names that policies give these claims: with more than one issuer, each may have its own.
    for (const name of ["scope", "scp"]) {
      const held = typeof claims[name] === "string" ? claims[name].split(" ") : []
      const scopes = new Set([...held, ...requirement.scopes, ...anyScope])
      if (scopes.size > 0) claims[name] = [...scopes].join(" ")
    }
    const held = Array.isArray(claims.permissions) ? claims.permissions : []
    const permissions = new Set([...held, ...requirement.permissions, ...anyPermission])
    if (permissions.size > 0) claims.permissions = [...permissions]

    const { stepUp } = requirement
    if (stepUp && stepUp.acr.length > 0) claims.acr = claims["https://example.com/acr"] = draw.one(stepUp.acr)
    if (stepUp && stepUp.amr.length > 0) claims.amr = [...new Set([...asList(claims.amr), ...stepUp.amr])]
    if (stepUp && stepUp.maxAgeSeconds !== null) claims.auth_time = now - draw.whole(0, 60)
    for (const part of requirement.allOf) meet(part)
    if (requirement.anyOf) meet(draw.one(requirement.anyOf))
  }

  function meetCondition(condition: Condition): void {
    const { claims } = attempt
    switch (condition.kind) {
      case "audience":
        claims.aud = condition.audience
        return
      case "issuer":
        claims.iss = draw.one(condition.issuers)
        return
      case "principal":
        if (condition.principal === "user") delete claims.gty
        else Object.assign(claims, draw.one([{ sub: "web@clients" }, { sub: "web" }, { gty: "client-credentials" }]))
        return
      case "grantType": {
        const others = words.grantTypes.filter((type) => !condition.refused.includes(type))
        if (draw.chance(0.5)) claims.gty = draw.one(others)
        return
      }
      case "organization":
        claims.org_id = draw.one(condition.organizations ?? words.organizations)
        return
      case "claim":
        writeClaim(claims, condition.path, valueFor(condition.test, readPath(condition.path)))
        return
      default:
        meetRequestPart(condition)
    }
  }

  function meetRequestPart(condition: Condition & { kind: "parameter" | "query" | "header" }): void {
    const value = valueFor(condition.test, undefined, condition.kind === "header" ? words.headerTexts : words.texts)
    const part = partOf(attempt, condition)
    if (value === undefined) part.remove()
    else part.set(String(value))
  }

  /** A value that passes a test. What it is compared with, in the token, is put there if need be. */
  function valueFor(test: Test, held: unknown, among: readonly (string | number | boolean)[] = words.scalars): unknown {
    switch (test.operator) {
      case "equals": {
        if (typeof test.operand !== "object") return test.operand
        const path = test.operand.claim
        const there = readPath(path)
        if (isScalar(there)) return there
        const value = draw.one(among)
        writeClaim(attempt.claims, path, value)
        return value
      }
      case "oneOf": {
        if (!("claim" in test.operand)) return draw.one(test.operand)
        const path = test.operand.claim
        const there = asList(readPath(path)).filter(isScalar)
        if (there.length > 0) return draw.one(there)
        const values = draw.some(among, 3)
        writeClaim(attempt.claims, path, values)
        return draw.one(values)
      }
      case "contains":
        return [...asList(held), test.operand]
      case "containsAny":
        return [...asList(held), draw.one(test.operand)]
      case "containsAll":
        return [...new Set([...asList(held), ...test.operand])]
      case "exists":
        return test.operand ? (held ?? draw.one(among)) : undefined
    }
  }

  function readPath([first, ...others]: ClaimPath): unknown {
    let value: unknown = attempt.claims[first]
    for (const name of others) value = isObject(value) ? value[name] : undefined
    return value
  }
}

/** The place in an attempt that a condition looks at. */
export function partOf(attempt: Attempt, condition: Condition & { kind: "parameter" | "query" | "header" }) {
  const { kind, name } = condition
  if (kind === "parameter") {
    const { segment } = condition
    return {
      get: () => attempt.parameters.get(segment),
      set: (value: string) => void attempt.parameters.set(segment, value),
      remove: () => void attempt.parameters.delete(segment),
    }
  }
  const values = kind === "query" ? attempt.query : attempt.headers
  return {
    get: () => values.get(name),
    set: (value: string) => void values.set(name, value),
    remove: () => void values.delete(name),
  }
}

/** Writes a claim, with the objects that lead to it; undefined takes it away. */
export function writeClaim(claims: Record<string, unknown>, [first, ...others]: ClaimPath, value: unknown): void {
  const [second, ...rest] = others
  if (second !== undefined) {
    const inner = isObject(claims[first]) ? { ...claims[first] } : {}
    writeClaim(inner, [second, ...rest], value)
    claims[first] = inner
  } else if (value === undefined) delete claims[first]
  else claims[first] = value
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
