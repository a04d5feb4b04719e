import * as v from "valibot"
import { algorithms } from "../../core/index.ts"
import { behaviours } from "../issuer/behaviour.ts"
import type { LocalIssuer } from "../issuer/issuer.ts"
import type { IssuerView } from "./api.ts"
import { oneOf } from "./one-of.ts"

export function viewOfIssuer(issuer: LocalIssuer): IssuerView {
  const { behaviour, clockSkewSeconds, tokenProfile, keys, keySetFetches } = issuer
  return { behaviour, clockSkewSeconds, tokenProfile, keys, keySetFetches }
}

/** Two days either way: a token of a day's life is then issued expired. */
const maximumSkewSeconds = 2 * 86_400
const skew = `must be a whole number of seconds, at most ${maximumSkewSeconds} either way`
const names = ["rotate", "withdraw", "behaviour", "clockSkewSeconds", "tokenProfile"] as const

/** One change of the issuer, as it is asked for. */
export const issuerChange = v.pipe(
  v.strictObject({
    rotate: v.optional(v.strictObject({ alg: v.optional(oneOf(Object.keys(algorithms))) })),
    withdraw: v.optional(v.strictObject({ kid: v.string("must be the kid of a key") })),
    behaviour: v.optional(oneOf(behaviours)),
    clockSkewSeconds: v.optional(
      v.pipe(
        v.number(skew),
        v.integer(skew),
        v.minValue(-maximumSkewSeconds, skew),
        v.maxValue(maximumSkewSeconds, skew),
      ),
    ),
    tokenProfile: v.optional(oneOf(["auth0", "rfc9068"])),
  }),
  v.check((change) => Object.keys(change).length === 1, `must be an object with one of ${names.join(", ")}`),
)

/** Changes the issuer. Rejects, in words, what it can't do. */
export async function changeIssuer(issuer: LocalIssuer, change: v.InferOutput<typeof issuerChange>): Promise<void> {
  const { rotate, withdraw, behaviour, clockSkewSeconds, tokenProfile } = change
  if (rotate) await issuer.rotate(rotate.alg)
  if (withdraw) {
    if (!issuer.keys.some(({ kid }) => kid === withdraw.kid))
      throw new Error("withdraw.kid: the issuer has no such key")
    issuer.withdraw(withdraw.kid)
  }
  if (behaviour) issuer.behaveAs(behaviour)
  if (clockSkewSeconds !== undefined) issuer.skewClock(clockSkewSeconds)
  if (tokenProfile) issuer.issueTokensAs(tokenProfile)
}
