import type { Request, Response } from "express"
import { auth } from "express-oauth2-jwt-bearer"
import type { KeySetPeer } from "../peer.ts"

export const expressOauth2JwtBearer: KeySetPeer = {
  name: "express-oauth2-jwt-bearer",
  note: "`auth({ issuerBaseURL, audience })`; it asks the discovery document, too, which is not counted",
  start({ issuer, audience }) {
    const middleware = auth({ issuerBaseURL: issuer, audience, tokenSigningAlg: "RS256" })
    return (token) =>
      new Promise((resolve) => {
        // The least of a request that the middleware looks at.
        const request = {
          method: "GET",
          protocol: "https",
          originalUrl: "/orders/42",
          get: () => "api.example",
          headers: { authorization: `Bearer ${token}` },
          query: {},
          is: () => false,
        } as unknown as Request
        void middleware(request, {} as Response, (error?: unknown) => resolve(error === undefined))
      })
  },
}
