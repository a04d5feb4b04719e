import type { RequestListener } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { Certificate } from "./certificate.ts"

/** An issuer over TLS, as issuers are. */
export interface HttpsIssuer {
  /** With a trailing slash. */
  readonly issuer: string
  readonly jwksUri: string
  /** How many times the key set was asked for, answered or not. Discovery is not counted. */
  readonly keySetRequests: number
  /** What it publishes. */
  keys: readonly Readonly<Record<string, unknown>>[]
  /** Answers every request in its own way; null for the ordinary one. */
  answer: RequestListener | null
  close(): void
}

/** Starts an issuer on localhost. Clients must trust the certificate: see NODE_EXTRA_CA_CERTS. */
export async function startHttpsIssuer(certificate: Certificate, keys: HttpsIssuer["keys"]): Promise<HttpsIssuer> {
  let keySetRequests = 0
  const server = createServer({ cert: certificate.certificate, key: certificate.privateKey }, (request, response) => {
    const isKeySet = request.url === "/.well-known/jwks.json"
    if (isKeySet) keySetRequests++
    if (self.answer) return self.answer(request, response)
    const document = isKeySet ? { keys: self.keys } : { issuer: self.issuer, jwks_uri: self.jwksUri }
    response.setHeader("content-type", "application/json").end(JSON.stringify(document))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const issuer = `https://localhost:${(server.address() as AddressInfo).port}/`
  const self: HttpsIssuer = {
    issuer,
    jwksUri: `${issuer}.well-known/jwks.json`,
    get keySetRequests() {
      return keySetRequests
    },
    keys,
    answer: null,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return self
}
