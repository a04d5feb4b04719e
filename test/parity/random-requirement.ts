import type { ClaimTestInput, RequestTestInput, RequirementInput } from "../../core/index.ts"
import type { Draw } from "./draw.ts"
import * as words from "./vocabulary.ts"

/** What a random requirement may refer to. */
export interface Surroundings {
  readonly issuers: readonly { readonly issuer: string; readonly audiences: readonly string[] }[]
  /** Of the policy's requirements. */
  readonly names: readonly string[]
  /** The path parameters that a rule has. */
  readonly parameters: readonly string[]
}

/** A requirement of a few parts, nested at most so deep. It may ask for what nobody can have. */
export function randomRequirement(draw: Draw, around: Surroundings, depth = 2): RequirementInput {
  const { issuers, names } = around
  const nested = () =>
    draw.list(1, 3, () => {
      if (names.length > 0 && draw.chance(0.5)) return draw.one(names)
      return randomRequirement(draw, around, depth - 1)
    })
  const parts: readonly (() => RequirementInput)[] = [
    () => ({ scopes: draw.some(words.scopes, 2) }),
    () => ({ anyScope: draw.some(words.scopes) }),
    () => ({ permissions: draw.some(words.permissions, 2) }),
    () => ({ anyPermission: draw.some(words.permissions) }),
    () => ({ claims: Object.fromEntries(draw.list(1, 2, () => randomClaimTest(draw))) }),
    () => ({ claims: Object.fromEntries(draw.list(1, 2, () => randomClaimTest(draw))) }),
    () => ({ where: Object.fromEntries(draw.list(1, 2, () => randomRequestTest(draw, around.parameters))) }),
    () => ({ where: Object.fromEntries(draw.list(1, 1, () => randomRequestTest(draw, around.parameters))) }),
    () => ({ principal: draw.one(["user", "machine"]) }),
    () => ({ refusedGrantTypes: draw.some(words.grantTypes, 2) }),
    () => ({ organization: draw.one([true, draw.one(words.organizations), [...words.organizations]]) }),
    () => ({ issuers: draw.some(issuers.map(({ issuer }) => issuer)) }),
    () => ({ audience: draw.one(issuers.flatMap(({ audiences }) => audiences)) }),
    () => ({ stepUp: randomStepUp(draw) }),
    () => ({ stepUp: { ...randomStepUp(draw), maxAgeSeconds: draw.one([300, 3600]) } }),
    ...(depth > 0 ? [() => ({ allOf: nested() }), () => ({ anyOf: nested() })] : []),
  ]
  return Object.assign({}, ...draw.some(parts, 3).map((make) => make()))
}

function randomClaimTest(draw: Draw): [string, ClaimTestInput] {
  const { scalarClaims, listClaims, scalars } = words
  const ofList = draw.chance(0.5)
  const name = draw.one<string>(ofList ? listClaims : scalarClaims)
  const some = () => draw.some(scalars, 3)
  const tests: readonly (() => ClaimTestInput)[] = ofList
    ? [
        () => ({ contains: draw.one(scalars) }),
        () => ({ containsAny: some() }),
        () => ({ containsAll: draw.some(scalars, 2) }),
        () => ({ exists: draw.chance(0.5) }),
        () => ({ contains: draw.one(scalars), containsAny: some() }),
      ]
    : [
        () => ({ equals: draw.one(scalars) }),
        () => ({ equals: { claim: draw.one([...scalarClaims, "sub"]) } }),
        () => ({ oneOf: some() }),
        () => ({ oneOf: { claim: draw.one(listClaims) } }),
        () => ({ exists: draw.chance(0.6) }),
        () => ({ exists: true, oneOf: some() }),
      ]
  return [name, draw.one(tests)()]
}

function randomRequestTest(draw: Draw, parameters: readonly string[]): [string, RequestTestInput] {
  const { scalarClaims, listClaims, queryNames, headerNames } = words
  const parts = [
    ...parameters.map((name) => `params.${name}`),
    ...(parameters.length > 0 ? [`params.${draw.one(parameters)}`] : []),
    `query.${draw.one(queryNames)}`,
    `headers.${draw.one(headerNames)}`,
  ]
  const part = draw.one(parts)
  const texts: readonly string[] = part.startsWith("headers.") ? words.headerTexts : words.texts
  const tests: readonly (() => RequestTestInput)[] = [
    () => ({ equals: draw.one(texts) }),
    () => ({ equals: { claim: draw.one([...scalarClaims, "sub", "org_id"]) } }),
    () => ({ oneOf: draw.some(texts, 3) }),
    () => ({ oneOf: { claim: draw.one(listClaims) } }),
    () => ({ exists: draw.chance(0.5) }),
  ]
  return [part, draw.one(tests)()]
}

function randomStepUp(draw: Draw) {
  const parts = [
    { acr: draw.some(words.acrValues) },
    { amr: draw.some(words.amrValues, 2) },
    { maxAgeSeconds: draw.one([300, 3600]) },
  ]
  return Object.assign({}, ...draw.some(parts, 2))
}
