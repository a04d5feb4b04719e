import type { LocalIssuer } from "./issuer/issuer.ts"

/** The two values that make the local issuer the tenant of the Worker or of the Lambda function. */
export function issuerEnvironment({ issuer, audience }: LocalIssuer) {
  return { AUTH0_DOMAIN: issuer.replace(/\/$/, ""), AUTH0_AUDIENCE: audience }
}
