import type { LocalIssuer } from "./issuer/issuer.ts"
import { clientSecret } from "./issuer/tenant.ts"

/** Gets an access token for the API with these scopes, as any machine client would: a client credentials request. */
export async function requestAccessToken({ issuer, audience }: LocalIssuer, scope: string): Promise<string> {
  const response = await fetch(new URL("oauth/token", issuer), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "m2m",
      client_secret: clientSecret,
      audience,
      scope,
    }),
  })
  if (!response.ok) throw new Error(`the issuer gave no token: ${response.status} ${await response.text()}`)
  const { access_token } = (await response.json()) as { access_token: string }
  return access_token
}

/** The same token with another scope written into it: what a forger would send. Its signature no longer fits. */
export function withForgedScope(token: string, scope: string): string {
  const [header, payload = "", signature] = token.split(".")
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"))
  const forged = Buffer.from(JSON.stringify({ ...claims, scope })).toString("base64url")
  return [header, forged, signature].join(".")
}
