import * as client from "openid-client"
import type { LocalIssuer } from "../issuer/issuer.ts"
import { clientSecret, clients } from "../issuer/tenant.ts"
import type { Happening, Step } from "./flow.ts"

/** The steps that a request of the client's is, and its answer. */
export interface BackChannelSteps {
  readonly request: string
  readonly response: string
  /** What happens between the answer and the client's hearing of it. */
  readonly meanwhile?: () => Promise<unknown>
}

/** The steps of a request to the token endpoint. */
export function tokenSteps(sent: string, issued: string): readonly Step[] {
  return [
    { id: "token-request", from: "client", to: "issuer", label: sent },
    { id: "token-response", from: "issuer", to: "client", label: issued },
  ]
}

/** The same, as the client's requests are told. */
export const tokenExchange: BackChannelSteps = { request: "token-request", response: "token-response" }

/**
 * The certified client library as one client of the tenant, configured from the issuer's discovery document. Its requests to the
 * issuer's endpoints, of which each is a POST, are told as the given steps, in their order.
 */
export async function discoverClient(
  { issuer }: LocalIssuer,
  clientId: string,
  steps: readonly BackChannelSteps[] = [],
  tell: (happening: Happening) => void = () => {},
): Promise<client.Configuration> {
  const isPublic = clients.some((one) => one.client_id === clientId && one.token_endpoint_auth_method === "none")
  const authentication = isPublic ? client.None() : client.ClientSecretPost(clientSecret)
  const configuration = await client.discovery(new URL(issuer), clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  })
  const left = [...steps]
  configuration[client.customFetch] = async (url, { body, method, headers, ...rest }) => {
    const asked = method === "POST" ? left.shift() : undefined
    if (asked) {
      const parameters = { ...Object.fromEntries(new URLSearchParams(String(body))), ...proofOf(headers) }
      tell({ step: asked.request, summary: `POST ${new URL(url).pathname}`, parameters })
    }
    const response = await fetch(url, { ...rest, method, headers, ...(body !== undefined && { body: String(body) }) })
    if (!asked) return response
    const answered = await response.clone().text()
    tell({ step: asked.response, summary: String(response.status), parameters: membersOf(answered) })
    await asked.meanwhile?.()
    return response
  }
  return configuration
}

function proofOf(headers: Record<string, string>): Record<string, string> {
  const proof = new Headers(headers).get("dpop")
  return proof === null ? {} : { DPoP: proof }
}

/** The members of an answer in JSON; none of one that is no JSON. */
function membersOf(text: string): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(JSON.parse(text)).map(([name, value]) => [name, String(value)]))
  } catch {
    return {}
  }
}
