import { readClaim } from "./claim-path.ts"
import type { Claims } from "./decision.ts"
import type { FromClaim, Scalar, Test } from "./requirement.ts"

/**
 * Whether a value passes a test; undefined for one that is absent, null for one that can't be told. Nothing is coerced: a text that
 * spells a number is no number, and a single value is no list of one. `exists` takes null for neither there nor absent.
 */
export function passesTest(value: unknown, test: Test, claims: Claims): boolean {
  switch (test.operator) {
    case "equals":
      return isScalar(value) && value === equalsOperand(test.operand, claims)
    case "oneOf":
      return isScalar(value) && oneOfOperand(test.operand, claims).includes(value)
    case "contains":
      return Array.isArray(value) && value.includes(test.operand)
    case "containsAny":
      return Array.isArray(value) && test.operand.some((item) => value.includes(item))
    case "containsAll":
      return Array.isArray(value) && test.operand.every((item) => value.includes(item))
    case "exists":
      return test.operand ? value !== undefined && value !== null : value === undefined
  }
}

/** What a value has to equal, or undefined where the claim that should say is no single value. */
export function equalsOperand(operand: Scalar | FromClaim, claims: Claims): Scalar | undefined {
  if (typeof operand !== "object") return operand
  const value = readClaim(claims, operand.claim)
  // An empty claim names nobody, but an empty parameter would be equal to it.
  return isScalar(value) && value !== "" ? value : undefined
}

/** What a value has to be one of: nothing, where the claim that should say is no list. */
export function oneOfOperand(operand: readonly Scalar[] | FromClaim, claims: Claims): readonly unknown[] {
  if (!("claim" in operand)) return operand
  const value = readClaim(claims, operand.claim)
  return Array.isArray(value) ? value.filter((item) => item !== "") : []
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "number" ? isExact(value) : typeof value === "string" || typeof value === "boolean"
}

/** Whether a number is the one that was written: beyond 2^53 several have one value, so that one id would be equal to another. */
export function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)
}
