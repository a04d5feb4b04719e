import { isAllowedIssuer } from "../../core/endpoint.ts"
import { type KeyLimits, type KeySetLoad, loadKeySet, parseConfig } from "../../core/index.ts"
import { createKeyRing, takeLoad } from "../../core/key-ring.ts"
import { type FetchedDocument, fetchDocument, type IssuerProblem } from "./fetch-document.ts"
import type { IssuerAddress } from "./issuer-address.ts"
import { type ListedKey, listKeys } from "./listed-keys.ts"

/** What was found out about an issuer. What could not be is null. */
export interface IssuerReport {
  readonly discovery: FetchedDocument | null
  /** Exactly as in its tokens. */
  readonly issuer: string | null
  readonly keySet: FetchedDocument | null
  readonly keys: readonly ListedKey[]
  /** After how many seconds an authorizer would ask for the keys again. */
  readonly refreshAfterSeconds: number | null
  /** How many seconds the issuer's clock is ahead of ours. */
  readonly clockDifferenceSeconds: number | null
  readonly problems: readonly IssuerProblem[]
}

/** The limits that an issuer has of whom a policy says nothing of the kind. */
export const defaultLimits: KeyLimits = (() => {
  const [issuer] = parseConfig({ issuers: [{ issuer: "https://issuer.invalid/", audiences: ["unused"] }] }).issuers
  if (!issuer) throw new Error("a policy has an issuer")
  return issuer.keys
})()

/** Fetches an issuer's discovery document and keys, and holds them against what an authorizer needs. */
export async function examineIssuer(address: IssuerAddress): Promise<IssuerReport> {
  const discovery = await fetchDocument(discoveryUrl(address.issuer), defaultLimits)
  if (!("json" in discovery)) return { ...nothing, problems: [discovery] }
  const clockDifferenceSeconds = clockDifference(discovery)
  const { issuer, jwks_uri: jwksUri } = discovery.json
  if (typeof issuer !== "string" || !isAllowedIssuer(issuer))
    return { ...nothing, discovery, clockDifferenceSeconds, problems: [noIssuer(discovery.url, issuer)] }

  const mismatch = compareIssuers(address, issuer)
  if (typeof jwksUri !== "string") {
    const noKeys = {
      message: `${discovery.url} has no jwks_uri`,
      remedy: "name the place of its keys in the policy: jwksUri",
    }
    return { ...nothing, discovery, issuer, clockDifferenceSeconds, problems: [...mismatch, noKeys] }
  }
  return { ...(await examineKeys(discovery, issuer, jwksUri, mismatch)), clockDifferenceSeconds }
}

async function examineKeys(
  discovery: FetchedDocument,
  issuer: string,
  jwksUri: string,
  problems: readonly IssuerProblem[],
): Promise<IssuerReport> {
  const found = { ...nothing, discovery, issuer }
  let keySet: FetchedDocument | IssuerProblem | null = null
  // The authorizer's own reading of the keys, so that what it would refuse is refused here.
  const get = async (url: string) => {
    keySet = await fetchDocument(url, defaultLimits)
    if (!("json" in keySet)) throw new Error(keySet.message)
    return keySet.answer
  }
  const load = await loadKeySet({ issuer, jwksUri, limits: defaultLimits }, get, Date.now())
  const fetched = keySet as FetchedDocument | IssuerProblem | null
  if (fetched && !("json" in fetched)) return { ...found, problems: [...problems, fetched] }

  const keys = fetched ? listKeys(fetched.json.keys) : []
  const weak = keys.flatMap(({ problem, isWeak, name }): IssuerProblem[] =>
    isWeak ? [{ message: `the key ${name} is too weak: ${problem}`, remedy: "have the issuer sign with another" }] : [],
  )
  const unusable = load.ok
    ? []
    : [
        {
          message: load.detail,
          remedy: "no token of this issuer can be verified until it publishes keys that can be used",
        },
      ]
  return {
    ...found,
    keySet: fetched,
    keys,
    refreshAfterSeconds: load.ok ? refreshAfter(load) : null,
    problems: [...problems, ...weak, ...unusable],
  }
}

const nothing: IssuerReport = {
  discovery: null,
  issuer: null,
  keySet: null,
  keys: [],
  refreshAfterSeconds: null,
  clockDifferenceSeconds: null,
  problems: [],
}

function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`
}

function noIssuer(url: string, issuer: unknown): IssuerProblem {
  const message = `the issuer in ${url} is ${JSON.stringify(issuer) ?? "missing"}, which can't be one`
  return { message, remedy: "name one tenant: some issuers have a document for all, with a placeholder in it" }
}

/** OpenID Connect Discovery §4.3: the two must be the same, to the letter. Of a domain, the document says what is. */
function compareIssuers({ issuer: asked, isExact }: IssuerAddress, issuer: string): IssuerProblem[] {
  const isSame = isExact ? asked === issuer : withoutSlash(asked) === withoutSlash(issuer)
  if (isSame) return []
  const slashOnly = withoutSlash(asked) === withoutSlash(issuer) ? ", which differs in the slash at its end" : ""
  return [
    {
      message: `its tokens don't have the issuer ${asked}, but ${issuer}${slashOnly}`,
      remedy: `write exactly "${issuer}"`,
    },
  ]
}

function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, "").toLowerCase()
}

/** As the authorizer's own key ring has it, after what Cache-Control says and within its limits. */
function refreshAfter(load: KeySetLoad & { ok: true }): number | null {
  const ring = createKeyRing({ issuer: "", jwksUri: null, limits: defaultLimits }, defaultLimits, null)
  takeLoad(ring, load, load.fetchedAt)
  return ring.held ? (ring.held.dueAt - load.fetchedAt) / 1000 : null
}

/** To the second, as the Date header has it; an answer from a cache has aged since (RFC 9111 §5.1). */
function clockDifference({ answer, startedAt, endedAt }: FetchedDocument): number | null {
  const age = Number.parseInt(answer.age ?? "0", 10) || 0
  const date = Date.parse(answer.date ?? "") + age * 1000
  if (Number.isNaN(date)) return null
  // The header cuts off a part of a second.
  const [least, most] = [date - endedAt, date + 1000 - startedAt]
  if (least <= 0 && most >= 0) return 0
  return Math.round((least > 0 ? least : most) / 1000)
}
