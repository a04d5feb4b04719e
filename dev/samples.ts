import { requestAccessToken, withForgedScope } from "./access-token.ts"
import type { LocalIssuer } from "./issuer/issuer.ts"

export interface SampleTargets {
  /** What needs read:orders for GET and write:orders for POST. */
  readonly orders: string
  /** Where a forged token is shown, and the status that it meets there. */
  readonly forgery: { readonly url: string; readonly status: number }
}

/**
 * Commands to paste, one line each, below a line that says what to expect. Their tokens come fresh from the issuer and last for a day.
 */
export async function sampleCommands(issuer: LocalIssuer, { orders, forgery }: SampleTargets): Promise<string> {
  const reader = await requestAccessToken(issuer, "read:orders")
  const forged = withForgedScope(reader, "read:orders write:orders")
  const bearer = (token: string) => `-H 'Authorization: Bearer ${token}'`
  return [
    "# 200: a token with the scope read:orders",
    `curl -i ${bearer(reader)} ${orders}`,
    "# 403: the same token, where write:orders is needed",
    `curl -i -X POST ${bearer(reader)} ${orders}`,
    "# 401: no token",
    `curl -i ${orders}`,
    `# ${forgery.status}: a token with write:orders written into it after it was signed`,
    `curl -i ${bearer(forged)} ${forgery.url}`,
  ].join("\n")
}
