import { env as environment } from "cloudflare:workers"
import { createRemoteJWKSet, jwtVerify } from "jose"
import type { GuardEnvironment } from "./environment.ts"

const { ISSUER, AUDIENCE } = environment as unknown as GuardEnvironment
const keySet = createRemoteJWKSet(new URL(`${ISSUER}.well-known/jwks.json`))

/** What a careful team writes around jose: all claims checked, one scope, and the origin told who calls instead of given the token. */
export default {
  async fetch(request: Request, env: GuardEnvironment): Promise<Response> {
    const token = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1]
    if (token === undefined) return refuse(401, "Bearer")
    let subject = ""
    try {
      const { payload } = await jwtVerify(token, keySet, { issuer: ISSUER, audience: AUDIENCE, algorithms: ["RS256"] })
      const scopes = typeof payload.scope === "string" ? payload.scope.split(" ") : []
      if (!scopes.includes("read:orders")) return refuse(403, 'Bearer error="insufficient_scope", scope="read:orders"')
      subject = payload.sub ?? ""
    } catch {
      return refuse(401, 'Bearer error="invalid_token"')
    }
    const headers = new Headers(request.headers)
    headers.delete("authorization")
    headers.set("x-auth-sub", subject)
    return env.ORIGIN.fetch(new Request(request, { headers }))
  },
}

function refuse(status: number, challenge: string): Response {
  return new Response(null, { status, headers: { "www-authenticate": challenge } })
}
