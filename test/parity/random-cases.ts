import { type ClientCall, type Kind, kinds } from "../../dev/gateway/api-gateway.ts"
import { attemptToMeet } from "./attempt.ts"
import type { Draw } from "./draw.ts"
import { spoil } from "./near-miss.ts"
import { randomCall } from "./random-call.ts"
import type { KnownIssuer, RandomPolicy } from "./random-policy.ts"
import { randomAuthorization } from "./random-token.ts"

/** A call under a policy, and the kind of API that it comes by. */
export interface RandomCase {
  readonly call: Omit<ClientCall, "api">
  readonly kind: Kind
}

/**
 * Cases for a policy. Most are aimed at one of its rules: with what it asks for, or with one thing wrong. A token comes more than
 * once, so that edges remember it. `now` is in seconds.
 */
export function randomCases(
  draw: Draw,
  { config }: RandomPolicy,
  known: readonly KnownIssuer[],
  count: number,
  now: number,
): readonly RandomCase[] {
  const brought: (() => RandomCase)[] = []
  return Array.from({ length: count }, () => {
    if (brought.length > 0 && draw.chance(0.25)) return draw.one(brought)()
    const rule = config.rules.length > 0 && draw.chance(0.97) ? draw.one(config.rules) : null
    const full = attemptToMeet(rule, config, draw, now)
    const attempt = rule && draw.chance(0.45) ? spoil(full, rule, config, draw, now) : full
    const signer = known.findIndex(({ issuer }) => issuer === attempt.claims.iss)
    const authorization = randomAuthorization(draw, attempt.claims, signer, now)
    const bring = () => ({ call: randomCall(draw, rule, attempt, authorization), kind: draw.one(kinds) })
    brought.push(bring)
    return bring()
  })
}
