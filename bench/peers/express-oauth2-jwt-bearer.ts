import type { Request, Response } from "express"
import { auth } from "express-oauth2-jwt-bearer"
import { onHeader, type Peer } from "../peer.ts"

/** The middleware itself, on the least of a request and a response that it looks at. */
export const expressOauth2JwtBearer: Peer = {
  name: "express-oauth2-jwt-bearer",
  packages: ["express-oauth2-jwt-bearer"],
  runsIn: ["node"],
  algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
  checks: "claims",
  note: "`auth()` with the key set in `publicKey`",
  async prepare({ algorithm, audience, issuer, keySet }) {
    const keys = keySet.keys.map((key) => ({ ...key }))
    const middleware = auth({ issuer, audience, publicKey: { keys }, tokenSigningAlg: algorithm })
    const response = {} as Response
    return onHeader(
      (authorization) =>
        new Promise((resolve) => {
          const request = {
            method: "GET",
            protocol: "https",
            originalUrl: "/v1/orders/1",
            get: () => "api.acme.example",
            headers: { authorization },
            query: {},
            is: () => false,
          } as unknown as Request
          void middleware(request, response, (error?: unknown) => resolve(error === undefined))
        }),
    )
  },
}
