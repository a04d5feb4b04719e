import { freshnessSeconds } from "./cache-control.ts"
import { isAllowedEndpoint, isLoopback } from "./endpoint.ts"
import { isJsonObject } from "./json.ts"
import type { FetchLimits } from "./key-limits.ts"
import { type PublicKey, readPublicKey } from "./public-key.ts"
import type { FaultReason } from "./reasons.ts"

/** Where an issuer's keys are: at `jwksUri`, or where the issuer's discovery document says. */
export interface KeySource {
  readonly issuer: string
  readonly jwksUri: string | null
  readonly limits: FetchLimits
}

/**
 * What loading a key set came to. `fetchedAt`, in milliseconds, is when its issuer was asked for it; `freshSeconds` is how
 * long the issuer said that it may be used unasked, null where it didn't. `skipped` says which keys could not be used, and
 * why; `detail` is for logs.
 */
export type KeySetLoad =
  | {
      readonly ok: true
      readonly keys: readonly PublicKey[]
      readonly fetchedAt: number
      readonly freshSeconds: number | null
      readonly skipped: readonly string[]
    }
  | { readonly ok: false; readonly reason: FaultReason; readonly detail: string }

/**
 * One GET over the network. Follows no redirect, gives up after `fetchTimeoutSeconds` and on a body of more than
 * `maximumDocumentBytes`. Rejects when there is no complete answer. Header values as they came; null or left out for none.
 */
export type HttpGet = (url: string, limits: FetchLimits) => Promise<HttpAnswer>

/** What a GET was answered with. */
export interface HttpAnswer {
  readonly status: number
  readonly body: string
  readonly cacheControl?: string | null | undefined
  readonly age?: string | null | undefined
}

/**
 * Fetches and checks an issuer's key set (RFC 7517), through OpenID Connect Discovery where no `jwksUri` is given. The
 * discovery document's `issuer` must equal the configured one exactly (OpenID Connect Discovery §4.3). A key that can't be
 * used is skipped; a set without any that can is a fault. `now` is in milliseconds. Never rejects.
 */
export async function loadKeySet(source: KeySource, get: HttpGet, now: number): Promise<KeySetLoad> {
  const { limits } = source
  let jwksUri = source.jwksUri
  if (jwksUri === null) {
    const url = `${source.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`
    const document = await fetchJson(url, get, limits)
    if (!document.ok) return document
    const { issuer, jwks_uri } = document.json
    if (issuer !== source.issuer) return invalid(`${url}: its issuer is not the configured one, ${source.issuer}`)
    if (typeof jwks_uri !== "string") return invalid(`${url}: has no jwks_uri`)
    jwksUri = jwks_uri
  }
  // A document fetched over https must not lead to plain http, loopback or not.
  if (!isAllowedEndpoint(jwksUri) || (isLoopback(jwksUri) && !isLoopback(source.issuer)))
    return invalid(`${jwksUri}: keys are fetched over https only`)

  const document = await fetchJson(jwksUri, get, limits)
  if (!document.ok) return document
  const { keys: entries } = document.json
  if (!Array.isArray(entries)) return invalid(`${jwksUri}: has no list of keys`)
  if (entries.length > limits.maximumKeys) return invalid(`${jwksUri}: has more than ${limits.maximumKeys} keys`)

  const { keys, skipped } = readPublicKeys(entries)
  if (keys.length === 0) return invalid(`${jwksUri}: no usable key; ${skipped.join("; ")}`)
  return { ok: true, keys, fetchedAt: now, freshSeconds: freshnessSeconds(document.answer), skipped }
}

/** The keys of a set that can be used, and of each of the others why it can't. */
export function readPublicKeys(entries: readonly unknown[]): {
  keys: readonly PublicKey[]
  skipped: readonly string[]
} {
  const keys: PublicKey[] = []
  const skipped: string[] = []
  for (const [index, entry] of entries.entries()) {
    const key = readPublicKey(entry)
    if (typeof key === "string") skipped.push(`keys[${index}]: ${key}`)
    else keys.push(key)
  }
  return { keys, skipped }
}

type FetchedJson =
  | { readonly ok: true; readonly json: Record<string, unknown>; readonly answer: HttpAnswer }
  | (KeySetLoad & { readonly ok: false })

async function fetchJson(url: string, get: HttpGet, limits: FetchLimits): Promise<FetchedJson> {
  let answer: HttpAnswer
  try {
    answer = await get(url, limits)
  } catch (error) {
    return unreachable(`${url}: ${describe(error)}`)
  }
  if (answer.status !== 200) return unreachable(`${url}: answered ${answer.status}`)
  try {
    const json: unknown = JSON.parse(answer.body)
    return isJsonObject(json) ? { ok: true, json, answer } : invalid(`${url}: is not a JSON object`)
  } catch {
    return invalid(`${url}: is not JSON`)
  }
}

/** Node's error for a host of which no address answers has a code, and no message. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ("code" in error ? String(error.code) : error.name)
}

function unreachable(detail: string) {
  return { ok: false, reason: "keys_unreachable", detail } as const
}

function invalid(detail: string) {
  return { ok: false, reason: "keys_invalid", detail } as const
}
