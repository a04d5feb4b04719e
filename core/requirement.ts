import type { ClaimPath } from "./claim-path.ts"

/**
 * What a rule asks of a caller, or of their request, beside a valid token; checked and compiled, and still plain JSON. All of it
 * has to hold.
 */
export interface Requirement {
  /** The name that the policy gives it; null for what stands in a rule itself. */
  readonly name: string | null
  /** All of these (scope claim). */
  readonly scopes: readonly string[]
  /** One of these; null where it isn't asked. */
  readonly anyScope: readonly string[] | null
  /** All of these (permissions claim). */
  readonly permissions: readonly string[]
  /** One of these; null where it isn't asked. */
  readonly anyPermission: readonly string[] | null
  readonly conditions: readonly Condition[]
  readonly stepUp: StepUp | null
  readonly allOf: readonly Requirement[]
  /** One of these; null where it isn't asked. */
  readonly anyOf: readonly Requirement[] | null
}

/** One thing to hold. `text` says it as the policy does. */
export type Condition = { readonly text: string } & (
  | { readonly kind: "audience"; readonly audience: string }
  | { readonly kind: "issuer"; readonly issuers: readonly string[] }
  | { readonly kind: "principal"; readonly principal: "user" | "machine" }
  | { readonly kind: "grantType"; readonly refused: readonly string[] }
  /** Null: any organisation. */
  | { readonly kind: "organization"; readonly organizations: readonly string[] | null }
  | { readonly kind: "claim"; readonly path: ClaimPath; readonly test: Test }
  /** `segment` counts the path's segments from 0. */
  | { readonly kind: "parameter"; readonly name: string; readonly segment: number; readonly test: Test }
  | { readonly kind: "query"; readonly name: string; readonly test: Test }
  /** In lower case. */
  | { readonly kind: "header"; readonly name: string; readonly test: Test }
)

/** What a value is compared with, and how. Values are compared with their types: 7 is not "7". */
export type Test =
  | { readonly operator: "equals"; readonly operand: Scalar | FromClaim }
  | { readonly operator: "oneOf"; readonly operand: readonly Scalar[] | FromClaim }
  | { readonly operator: "contains"; readonly operand: Scalar }
  | { readonly operator: "containsAny"; readonly operand: readonly Scalar[] }
  | { readonly operator: "containsAll"; readonly operand: readonly Scalar[] }
  | { readonly operator: "exists"; readonly operand: boolean }

/** What can be compared without a doubt. */
export type Scalar = string | number | boolean

/** The value of a claim of the token, in the place of a constant. */
export interface FromClaim {
  readonly claim: ClaimPath
}

/** How, and how lately, the user must have authenticated (RFC 9470). */
export interface StepUp {
  /** One of these (acr claim); empty where it isn't asked. */
  readonly acr: readonly string[]
  /** All of these (amr claim, RFC 8176). */
  readonly amr: readonly string[]
  /** At most so long ago (auth_time claim), in seconds; null where it isn't asked. */
  readonly maxAgeSeconds: number | null
}

/** Asks for nothing. */
export const noRequirement: Requirement = {
  name: null,
  scopes: [],
  anyScope: null,
  permissions: [],
  anyPermission: null,
  conditions: [],
  stepUp: null,
  allOf: [],
  anyOf: null,
}

/** A requirement and all that it is made of. */
export function partsOf(requirement: Requirement): readonly Requirement[] {
  const parts = [...requirement.allOf, ...(requirement.anyOf ?? [])]
  return [requirement, ...parts.flatMap(partsOf)]
}
