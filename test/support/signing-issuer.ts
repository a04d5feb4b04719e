import { generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** A key pair of an issuer, and what its key set says of it. */
export interface IssuerKey {
  readonly privateKey: KeyObject
  readonly jwk: Record<string, unknown>
}

/** Makes a key pair; `extra` is what its JWK has beside the key itself. */
export function makeKey(
  kind: "rsa" | "rsa-1024" | "P-256" | "P-384" | "P-521" | "Ed25519",
  extra: Record<string, unknown>,
): IssuerKey {
  const pair = (() => {
    if (kind === "rsa") return generateKeyPairSync("rsa", { modulusLength: 2048 })
    if (kind === "rsa-1024") return generateKeyPairSync("rsa", { modulusLength: 1024 })
    if (kind === "Ed25519") return generateKeyPairSync("ed25519")
    return generateKeyPairSync("ec", { namedCurve: kind })
  })()
  return { privateKey: pair.privateKey, jwk: { ...pair.publicKey.export({ format: "jwk" }), ...extra } }
}

export const base64url = (data: string | Uint8Array) => Buffer.from(data).toString("base64url")

/**
 * Writes a compact JWS by hand, so that tests can write wrong ones: header and payload are JSON, or text as it stands. `alg` is how
 * it is really signed, whatever the header says.
 */
export function signJws(key: KeyObject, alg: string, header: object | string, payload: object | string): string {
  const part = (value: object | string) => base64url(typeof value === "string" ? value : JSON.stringify(value))
  const signed = `${part(header)}.${part(payload)}`
  return `${signed}.${base64url(signBytes(key, alg, Buffer.from(signed)))}`
}

function signBytes(key: KeyObject, alg: string, data: Buffer): Buffer {
  if (alg === "EdDSA" || alg === "Ed25519") return sign(null, data, key)
  const hash = `sha${alg.slice(2)}`
  if (alg.startsWith("ES")) return sign(hash, data, { key, dsaEncoding: "ieee-p1363" })
  if (alg.startsWith("PS")) return sign(hash, data, { key, padding: 6, saltLength: Number(alg.slice(2)) / 8 })
  return sign(hash, data, key)
}

export interface SigningIssuer {
  /** With a trailing slash. */
  readonly issuer: string
  readonly jwksUri: string
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[]
  /** The same requests, each with when it came and when it ended. */
  readonly visits: readonly Visit[]
  /** The keys that it publishes. */
  keys: readonly IssuerKey[]
  /** Headers of its ordinary answers, beside their type: Cache-Control, say. */
  headers: Readonly<Record<string, string>>
  /** Answers every request in its own way; null for the ordinary one. */
  answer: RequestListener | null
  /** Gives the ordinary answer, for an `answer` that comes to that in the end. */
  answerOrdinarily(request: IncomingMessage, response: ServerResponse): void
  close(): void
}

/** One request, in milliseconds of `performance.now`. It has ended when its answer was sent or its connection was lost. */
export interface Visit {
  readonly path: string
  readonly startedAt: number
  readonly endedAt: number | null
}

/** An issuer of which a test decides everything: its keys, its tokens and its failures. For whole flows, see `dev/issuer`. */
export async function startSigningIssuer(keys: readonly IssuerKey[]): Promise<SigningIssuer> {
  const visits: { path: string; startedAt: number; endedAt: number | null }[] = []
  const server = createServer((request, response) => {
    const visit = { path: request.url ?? "", startedAt: performance.now(), endedAt: null as number | null }
    visits.push(visit)
    response.once("close", () => {
      visit.endedAt = performance.now()
    })
    if (self.answer) self.answer(request, response)
    else self.answerOrdinarily(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const self: SigningIssuer = {
    issuer,
    jwksUri: `${issuer}.well-known/jwks.json`,
    visits,
    get requests() {
      return visits.map(({ path }) => path)
    },
    keys,
    headers: {},
    answer: null,
    answerOrdinarily(request, response) {
      const isDiscovery = request.url === "/.well-known/openid-configuration"
      const document = isDiscovery
        ? { issuer: self.issuer, jwks_uri: self.jwksUri }
        : { keys: self.keys.map((key) => key.jwk) }
      const headers = { "content-type": "application/json", ...self.headers }
      response.writeHead(200, headers).end(JSON.stringify(document))
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return self
}
