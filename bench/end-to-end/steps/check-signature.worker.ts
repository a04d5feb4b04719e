import { env as environment } from "cloudflare:workers"
import type { GuardEnvironment } from "../guards/environment.ts"
import { withCaller } from "./caller.ts"

const { KEY } = environment as unknown as GuardEnvironment
const rs256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
const { kty, n, e } = JSON.parse(KEY)
const key = crypto.subtle.importKey("jwk", { kty, n, e }, rs256, false, ["verify"])
const encoder = new TextEncoder()

/** Lets through whoever has a signature under one key. Looks at nothing else: no header, no claim, no rule. */
export default {
  async fetch(request: Request, env: GuardEnvironment): Promise<Response> {
    const token = (request.headers.get("authorization") ?? "").slice("Bearer ".length)
    const end = token.lastIndexOf(".")
    const signature = Uint8Array.fromBase64(token.slice(end + 1), { alphabet: "base64url" })
    const isValid = await crypto.subtle.verify(rs256, await key, signature, encoder.encode(token.slice(0, end)))
    if (!isValid) return new Response(null, { status: 401 })
    const response = await env.ORIGIN.fetch(withCaller(request))
    return response
  },
}
