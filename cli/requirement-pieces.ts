import type { Requirement } from "../core/index.ts"
import { noRequirement, type StepUp } from "../core/requirement.ts"

/** One of the things that a requirement asks for: in words, and as a requirement that asks for nothing else. */
export interface Piece {
  readonly text: string
  readonly requirement: Requirement
  /** What a named requirement is made of, or the alternatives of which one has to hold. */
  readonly parts: readonly Piece[]
}

/** All that a requirement asks for, each by itself: it is met where all of them are. */
export function piecesOf(requirement: Requirement): readonly Piece[] {
  const { conditions, scopes, anyScope, permissions, anyPermission, stepUp, allOf, anyOf } = requirement
  return [
    ...conditions.map((condition) => piece(condition.text, { conditions: [condition] })),
    ...scopes.map((scope) => piece(`scope ${scope}`, { scopes: [scope] })),
    ...(anyScope ? [piece(`scope ${anyScope.join(" or ")}`, { anyScope })] : []),
    ...permissions.map((permission) => piece(`permission ${permission}`, { permissions: [permission] })),
    ...(anyPermission ? [piece(`permission ${anyPermission.join(" or ")}`, { anyPermission })] : []),
    ...allOf.flatMap((part) => (part.name === null ? piecesOf(part) : [namedPiece(part)])),
    ...(anyOf ? [alternatives(anyOf)] : []),
    ...(stepUp ? stepUpPieces(stepUp) : []),
  ]
}

/** What a requirement asks for, in a line; nothing for one that asks for nothing. */
export function requirementText(requirement: Requirement): string {
  return piecesOf(requirement)
    .map(({ text }) => text)
    .join(" and ")
}

function piece(text: string, asked: Partial<Requirement>, parts: readonly Piece[] = []): Piece {
  return { text, requirement: { ...noRequirement, ...asked }, parts }
}

function namedPiece(part: Requirement): Piece {
  return piece(`requirement "${part.name}"`, { allOf: [part] }, piecesOf(part))
}

function alternatives(anyOf: readonly Requirement[]): Piece {
  const parts = anyOf.map((part) => {
    if (part.name !== null) return namedPiece(part)
    const pieces = piecesOf(part)
    return piece(requirementText(part), { allOf: [part] }, pieces.length > 1 ? pieces : [])
  })
  return piece(`one of: ${parts.map(({ text }) => text).join("; or ")}`, { anyOf }, parts)
}

function stepUpPieces({ acr, amr, maxAgeSeconds }: StepUp): Piece[] {
  const only = (asked: Partial<StepUp>) => ({ stepUp: { acr: [], amr: [], maxAgeSeconds: null, ...asked } })
  return [
    ...(acr.length > 0 ? [piece(`acr ${acr.join(" or ")}`, only({ acr }))] : []),
    ...amr.map((method) => piece(`amr ${method}`, only({ amr: [method] }))),
    ...(maxAgeSeconds !== null
      ? [piece(`authenticated at most ${maxAgeSeconds} seconds ago`, only({ maxAgeSeconds }))]
      : []),
  ]
}
