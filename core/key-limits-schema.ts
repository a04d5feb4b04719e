import * as v from "valibot"
import { count, seconds, strict } from "./config-values.ts"

/** `KeyLimits`, with a default for each and the reason for it. */
export const keyLimitsSchema = v.pipe(
  strict({
    // Auth0 advises five to ten minutes between fetches.
    refreshAfterSeconds: v.optional(seconds(1, 86_400), 300),
    // Some issuers let their Cache-Control say a few seconds: too often to ask for each of many isolates.
    minimumRefreshSeconds: v.optional(seconds(1, 86_400)),
    // Default: 900, or twice the time to a refresh. A refresh or two were missed then, and a key that was withdrawn in an
    // emergency should not live much longer.
    staleAfterSeconds: v.optional(seconds(1, 86_400)),
    // Lets users through a long outage of the issuer, and bounds how long a withdrawn key serves who keeps the issuer from us.
    maximumAgeSeconds: v.optional(seconds(1, 604_800), 3600),
    // What jose and others wait, too: at most 120 fetches an hour, whatever anybody sends.
    unknownKeyCoolDownSeconds: v.optional(seconds(1, 3600), 30),
    // A few hundred KB at the very most, and more than all dead keys of all clients of an API.
    maximumUnknownKeys: v.optional(count(0, 100_000), 1000),
    // A short pause in which a failing issuer isn't asked by every request, and users wait no longer than need be once it is back.
    retryAfterSeconds: v.optional(seconds(1, 300), 1),
    // An issuer answers in a tenth of it; API Gateway gives an authorizer 10 seconds for two of them and all else.
    fetchTimeoutSeconds: v.optional(seconds(1, 10), 3),
    // Enough for one TLS connection across a continent, and little enough to be waited for once in five minutes.
    refreshDeadlineMilliseconds: v.optional(count(0, 10_000), 500),
    // Teams deploy about once a week; what is pinned for longer may have been withdrawn for as long.
    maximumSnapshotAgeSeconds: v.optional(seconds(1, 31_536_000), 604_800),
    // AWS refuses key sets over 150,000 bytes; no issuer in use comes near.
    maximumDocumentBytes: v.optional(count(1000, 10_000_000), 150_000),
    // Far above the two or three of a rotation; bounds what one document can make us check.
    maximumKeys: v.optional(count(1, 1000), 100),
  }),
  v.transform((limits) => {
    const { refreshAfterSeconds, maximumAgeSeconds } = limits
    const inOrder = (wish: number) => Math.max(Math.min(wish, maximumAgeSeconds), refreshAfterSeconds)
    return {
      ...limits,
      minimumRefreshSeconds: limits.minimumRefreshSeconds ?? Math.min(60, refreshAfterSeconds),
      staleAfterSeconds: limits.staleAfterSeconds ?? inOrder(Math.max(900, 2 * refreshAfterSeconds)),
    }
  }),
  v.check(
    ({ minimumRefreshSeconds, refreshAfterSeconds, staleAfterSeconds, maximumAgeSeconds }) =>
      minimumRefreshSeconds <= refreshAfterSeconds &&
      refreshAfterSeconds <= staleAfterSeconds &&
      staleAfterSeconds <= maximumAgeSeconds,
    "minimumRefreshSeconds, refreshAfterSeconds, staleAfterSeconds and maximumAgeSeconds must not fall in this order",
  ),
)
