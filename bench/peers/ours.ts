import { type ConfigInput, createAuthorizer, loadKeySet, type Ports } from "../../core/index.ts"
import { onHeader, type Settings, type Verifier } from "../peer.ts"

/** The name that all tables call this project by. */
export const oursName = "edge-authorizer"

const collections = ["orders", "customers", "products", "invoices", "shipments"]

/** The policy of an ordinary small API: 20 rules. The requests fall under the first of them. */
export function policyFor({ algorithm, audience, issuer }: Settings): ConfigInput {
  const jwksUri = `${issuer}.well-known/jwks.json`
  return {
    issuers: [{ issuer, audiences: [audience], algorithms: [algorithm], profile: "auth0", jwksUri }],
    routes: collections.flatMap((name) => [
      { path: `/v1/${name}/:id`, methods: ["GET"], scopes: [`read:${name}`] },
      { path: `/v1/${name}/:id`, methods: ["PUT", "DELETE"], scopes: [`write:${name}`] },
      { path: `/v1/${name}`, scopes: [`read:${name}`] },
      { path: `/v1/${name}/:id/notes/**`, permissions: [`notes:${name}`] },
    ]),
  }
}

/** Requests to many places under one rule, so that nothing about a path could be remembered from the request before. */
const paths = Array.from({ length: 64 }, (_, index) => `/v1/orders/${4_000_000 + index * 7919}`)

/** The whole decision: path, route, token, keys, signature, claims, scopes. Only where key sets come from is replaced. */
export function prepareOurs(settings: Settings, platform: Ports): Verifier {
  const body = JSON.stringify(settings.keySet)
  const ports: Ports = {
    ...platform,
    loadKeySet: (source) => loadKeySet(source, async () => ({ status: 200, body }), platform.now()),
  }
  const authorizer = createAuthorizer(policyFor(settings), ports)
  let requests = 0
  return onHeader(async (authorization) => {
    const path = paths[requests++ % paths.length] ?? "/"
    const { outcome } = await authorizer.authorize({ method: "GET", path, headers: { authorization } })
    return outcome === "allow"
  })
}
