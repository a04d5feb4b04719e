import { isAllowedEndpoint, isLoopback } from "./endpoint.ts"
import { isJsonObject } from "./json.ts"
import { type PublicKey, readPublicKey } from "./public-key.ts"
import type { FaultReason } from "./reasons.ts"

/** Where an issuer's keys are: at `jwksUri`, or where the issuer's discovery document says. */
export interface KeySource {
  readonly issuer: string
  readonly jwksUri: string | null
}

/** What fetching a key set came to. `skipped` says which keys could not be used, and why; `detail` is for logs. */
export type KeySetLoad =
  | { readonly ok: true; readonly keys: readonly PublicKey[]; readonly skipped: readonly string[] }
  | { readonly ok: false; readonly reason: FaultReason; readonly detail: string }

/**
 * One GET over the network. Follows no redirect, gives up after a bounded time and reads at most `maxBytes` of the body.
 * Rejects when there is no complete answer.
 */
export type HttpGet = (url: string, maxBytes: number) => Promise<{ readonly status: number; readonly body: string }>

/** AWS refuses key sets over 150,000 bytes; no issuer in use comes near. */
const maximumDocumentBytes = 150_000
/** Far above the two or three of a rotation; bounds what one document can make us check. */
const maximumKeys = 100

/**
 * Fetches and checks an issuer's key set (RFC 7517), through OpenID Connect Discovery where no `jwksUri` is given. The
 * discovery document's `issuer` must equal the configured one exactly (OpenID Connect Discovery §4.3). A key that can't be
 * used is skipped; a set without any that can is a fault. Never rejects.
 */
export async function loadKeySet(source: KeySource, get: HttpGet): Promise<KeySetLoad> {
  let jwksUri = source.jwksUri
  if (jwksUri === null) {
    const url = `${source.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`
    const document = await fetchJson(url, get)
    if (!document.ok) return document
    const { issuer, jwks_uri } = document.json
    if (issuer !== source.issuer) return invalid(`${url}: its issuer is not the configured one, ${source.issuer}`)
    if (typeof jwks_uri !== "string") return invalid(`${url}: has no jwks_uri`)
    jwksUri = jwks_uri
  }
  // A document fetched over https must not lead to plain http, loopback or not.
  if (!isAllowedEndpoint(jwksUri) || (isLoopback(jwksUri) && !isLoopback(source.issuer)))
    return invalid(`${jwksUri}: keys are fetched over https only`)

  const document = await fetchJson(jwksUri, get)
  if (!document.ok) return document
  const { keys: entries } = document.json
  if (!Array.isArray(entries)) return invalid(`${jwksUri}: has no list of keys`)
  if (entries.length > maximumKeys) return invalid(`${jwksUri}: has more than ${maximumKeys} keys`)

  const keys: PublicKey[] = []
  const skipped: string[] = []
  for (const [index, entry] of entries.entries()) {
    const key = readPublicKey(entry)
    if (typeof key === "string") skipped.push(`keys[${index}]: ${key}`)
    else keys.push(key)
  }
  return keys.length > 0 ? { ok: true, keys, skipped } : invalid(`${jwksUri}: no usable key; ${skipped.join("; ")}`)
}

type FetchedJson = { readonly ok: true; readonly json: Record<string, unknown> } | (KeySetLoad & { readonly ok: false })

async function fetchJson(url: string, get: HttpGet): Promise<FetchedJson> {
  let answer: { status: number; body: string }
  try {
    answer = await get(url, maximumDocumentBytes)
  } catch (error) {
    return unreachable(`${url}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (answer.status !== 200) return unreachable(`${url}: answered ${answer.status}`)
  try {
    const json: unknown = JSON.parse(answer.body)
    return isJsonObject(json) ? { ok: true, json } : invalid(`${url}: is not a JSON object`)
  } catch {
    return invalid(`${url}: is not JSON`)
  }
}

function unreachable(detail: string) {
  return { ok: false, reason: "keys_unreachable", detail } as const
}

function invalid(detail: string) {
  return { ok: false, reason: "keys_invalid", detail } as const
}
