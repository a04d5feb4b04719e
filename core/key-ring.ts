import { isInFuture } from "./clock-difference.ts"
import { type KeyGeneration, nextGeneration } from "./key-generation.ts"
import type { KeyLimits } from "./key-limits.ts"
import type { KeySetLoad, KeySource } from "./key-set.ts"
import type { PublicKey } from "./public-key.ts"

/**
 * One issuer's keys, as data with time stamps in milliseconds: no timer runs and no promise is kept between calls, since a
 * Worker's die with the request and a Lambda environment's freeze after it. What happens to a ring is written here; who makes
 * it happen is `key-finder.ts`.
 */
export interface KeyRing {
  readonly source: KeySource
  readonly limits: KeyLimits
  readonly pinned: PinnedKeys | null
  held: HeldKeys | null
  failure: { readonly load: KeySetLoad & { ok: false }; readonly at: number } | null
  /** When a refresh off a request's path began that has not ended, as far as is known. */
  refreshStartedAt: number | null
  /** The last fetch that an unknown key caused. Whoever comes while it is under way joins it; the next may come after the wait. */
  unknownKeyFetch: UnknownKeyFetch | null
  /** Key ids that the issuer was found not to have, the one that was asked for longest ago first. */
  readonly unknownKeys: Map<string, { readonly askAgainAt: number; readonly waitSeconds: number }>
}

/** A fetch that an unknown key caused, and how long the next has to wait: after a success, and after a failure. */
export interface UnknownKeyFetch {
  readonly startedAt: number
  readonly waitIfFailedSeconds: number
  waitSeconds: number
  failed: boolean
  underWay: boolean
}

/** Keys from a snapshot that was made at build time. */
export interface PinnedKeys {
  readonly fetchedAt: number
  readonly keys: readonly PublicKey[]
}

/** The keys in use, and when they enter each phase. */
export interface HeldKeys {
  readonly generation: KeyGeneration
  readonly fetchedAt: number
  readonly dueAt: number
  readonly staleAt: number
  readonly expiresAt: number
  readonly pinned: boolean
}

/**
 * `fresh`: used. `due`: used, and refreshed off the request's path. `stale`: used only if a refresh fails, or has just failed.
 * `expired` and `empty`: there are no keys.
 */
export type Phase = "empty" | "fresh" | "due" | "stale" | "expired"

/** An empty ring for one issuer. Nothing is fetched before the first token asks. */
export function createKeyRing(source: KeySource, limits: KeyLimits, pinned: PinnedKeys | null): KeyRing {
  return {
    source,
    limits,
    pinned,
    held: null,
    failure: null,
    refreshStartedAt: null,
    unknownKeyFetch: null,
    unknownKeys: new Map(),
  }
}

/** How the keys stand at a time. */
export function phaseOf({ held }: KeyRing, now: number): Phase {
  if (held === null) return "empty"
  if (now < held.dueAt) return "fresh"
  if (now < held.staleAt) return "due"
  return now < held.expiresAt ? "stale" : "expired"
}

/** Takes in what loading a key set came to. A set that is older than the one in hand changes nothing. */
export function takeLoad(ring: KeyRing, load: KeySetLoad, now: number): void {
  ring.refreshStartedAt = null
  if (!load.ok) {
    ring.failure = { load, at: now }
    return
  }
  ring.failure = null
  const { held, limits } = ring
  if (held && !held.pinned && load.fetchedAt < held.fetchedAt) return
  const { freshSeconds } = load
  // Of a clock that runs a little ahead: what it fetched was not fetched after what comes now.
  const fetchedAt = Math.min(load.fetchedAt, now)
  const refreshAfterSeconds =
    freshSeconds === null
      ? limits.refreshAfterSeconds
      : Math.min(Math.max(freshSeconds, limits.minimumRefreshSeconds), longestRefreshSeconds(limits))
  ring.held = {
    generation: nextGeneration(held?.generation ?? null, load.keys),
    fetchedAt,
    dueAt: fetchedAt + refreshAfterSeconds * 1000,
    staleAt: fetchedAt + limits.staleAfterSeconds * 1000,
    expiresAt: fetchedAt + limits.maximumAgeSeconds * 1000,
    pinned: false,
  }
}

/** Half-way to where keys are stale: however long they may live, there is time left to refresh them while they are good. */
function longestRefreshSeconds({ refreshAfterSeconds, staleAfterSeconds }: KeyLimits): number {
  return (refreshAfterSeconds + staleAfterSeconds) / 2
}

/**
 * Puts pinned keys into an empty ring, unless they are too old to be trusted, or their time is yet to come. They are due soon
 * after their first use, stale a little later, and last while the issuer is down as long as other keys: a snapshot opens the
 * door, and is never the last word.
 */
export function takePinned(ring: KeyRing, now: number): void {
  const { held, pinned, limits } = ring
  if (held || !pinned) return
  const trustedUntil = pinned.fetchedAt + limits.maximumSnapshotAgeSeconds * 1000
  if (now >= trustedUntil || isInFuture(pinned.fetchedAt, now)) return
  const within = (seconds: number) => Math.min(now + seconds * 1000, trustedUntil)
  ring.held = {
    generation: nextGeneration(null, pinned.keys),
    fetchedAt: pinned.fetchedAt,
    dueAt: within(limits.retryAfterSeconds),
    staleAt: within(limits.retryAfterSeconds + limits.minimumRefreshSeconds),
    expiresAt: within(limits.maximumAgeSeconds),
    pinned: true,
  }
}

/** Whether the issuer has failed so lately that it is not asked again yet. */
export function isLeftAlone({ failure, limits }: KeyRing, now: number): boolean {
  return failure !== null && now - failure.at < limits.retryAfterSeconds * 1000
}

/**
 * Whether the issuer has failed a moment ago, or is being asked again since: a call need not wait to see it fail. The moment is
 * as long as it takes to ask again and to see that fail, so while calls come none waits for an issuer that stays down.
 */
export function hasJustFailed(ring: KeyRing, now: number): boolean {
  const { failure, limits } = ring
  if (failure === null) return false
  return isRefreshing(ring, now) || now - failure.at < limits.retryAfterSeconds * 1000 + fetchMilliseconds(limits)
}

/** Whether a refresh is under way. One that never ended, because its request was cut off, does not count for ever. */
function isRefreshing({ refreshStartedAt, limits }: KeyRing, now: number): boolean {
  return refreshStartedAt !== null && now - refreshStartedAt < fetchMilliseconds(limits)
}

/** What a fetch may take, discovery included. */
function fetchMilliseconds({ fetchTimeoutSeconds }: KeyLimits): number {
  return 2 * fetchTimeoutSeconds * 1000
}

/** Whether a refresh off the request's path may begin: none is under way, and the issuer is not left alone. */
export function mayRefresh(ring: KeyRing, now: number): boolean {
  return !isRefreshing(ring, now) && !isLeftAlone(ring, now)
}

/**
 * Notes that a fetch begins because of an unknown key. Should it fail, the next may come sooner, so that a new key does not wait
 * for long once the issuer is back; but twice as long after each failure, so that a flood comes to no more than ever while the
 * issuer stays down.
 */
export function beginUnknownKeyFetch(ring: KeyRing, now: number): UnknownKeyFetch {
  const { limits, unknownKeyFetch: last } = ring
  const waitSeconds = limits.unknownKeyCoolDownSeconds
  const wish = last?.failed ? 2 * last.waitSeconds : limits.retryAfterSeconds
  const waitIfFailedSeconds = Math.min(wish, waitSeconds)
  ring.unknownKeyFetch = { startedAt: now, waitSeconds, waitIfFailedSeconds, failed: false, underWay: true }
  return ring.unknownKeyFetch
}

/** Notes that such a fetch has ended, whoever of those who joined it is the first to see it. */
export function endUnknownKeyFetch({ failure }: KeyRing, fetch: UnknownKeyFetch): void {
  fetch.underWay = false
  fetch.failed = failure !== null
  if (fetch.failed) fetch.waitSeconds = fetch.waitIfFailedSeconds
}

/** Whether the issuer was found not to have a key, so lately that it need not be asked again. */
export function isKnownUnknown({ unknownKeys }: KeyRing, kid: string | null, now: number): boolean {
  const entry = kid === null ? undefined : unknownKeys.get(kid)
  return entry !== undefined && now < entry.askAgainAt
}

/**
 * Remembers that the issuer doesn't have a key: for the cool-down, since a key may reach all of an issuer's servers a little
 * later than the first token that it signed, and for twice as long each time that it is asked for again in vain, up to the time
 * in which all keys are refreshed anyway. So a client with a dead key does not use up the fetch that a new key needs.
 */
export function rememberUnknownKey({ unknownKeys, limits }: KeyRing, kid: string | null, now: number): void {
  if (kid === null) return
  const { unknownKeyCoolDownSeconds: shortest, refreshAfterSeconds, maximumUnknownKeys } = limits
  const before = unknownKeys.get(kid)
  if (before && now < before.askAgainAt) return
  const waitSeconds = before ? Math.max(shortest, Math.min(2 * before.waitSeconds, refreshAfterSeconds)) : shortest
  unknownKeys.delete(kid)
  unknownKeys.set(kid, { askAgainAt: now + waitSeconds * 1000, waitSeconds })
  for (const oldest of unknownKeys.keys()) {
    if (unknownKeys.size <= maximumUnknownKeys) break
    unknownKeys.delete(oldest)
  }
}
