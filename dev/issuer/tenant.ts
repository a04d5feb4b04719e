import type { ClientMetadata } from "oidc-provider"

/** The API that access tokens are asked for: its identifier, as the `audience` parameter names it, and its scopes. */
export const api = { audience: "https://api.example.com", scopes: ["read:orders", "write:orders"] } as const

/** The organizations of the tenant, as businesses that share it. */
export const organizations = [
  { id: "org_acme", name: "acme" },
  { id: "org_globex", name: "globex" },
] as const

/** Who can log in. `permissions` are those of the user, whatever scopes an application asks for. */
export const users: readonly User[] = [
  {
    id: "auth0|alice",
    name: "alice",
    password: "wonderland",
    permissions: ["read:orders", "write:orders"],
    organizations: ["org_acme", "org_globex"],
  },
  {
    id: "auth0|bob",
    name: "bob",
    password: "builder",
    permissions: ["read:orders"],
    organizations: ["org_acme"],
  },
]

export interface User {
  /** The `sub` of the user's tokens. */
  readonly id: string
  /** What is given as `username` or as `login_hint`. */
  readonly name: string
  readonly password: string
  readonly permissions: readonly string[]
  /** The ids of those that the user is a member of. */
  readonly organizations: readonly string[]
}

/** Clients that may get tokens of their own for an organization, by id. */
export const clientOrganizations: Readonly<Record<string, readonly string[]>> = { m2m: ["org_acme"] }

/** The secret of every confidential client. It guards nothing: this tenant lives on loopback and logs in anybody. */
export const clientSecret = "local-secret"

/** Where browsers are sent back to. Nothing answers there: a test stops at the redirect. */
export const redirectUri = "https://app.example.com/callback"

const deviceCode = "urn:ietf:params:oauth:grant-type:device_code"

/** One client for each way to get a token. */
export const clients: readonly ClientMetadata[] = [
  confidential("web", ["authorization_code", "refresh_token", "implicit"], {
    redirect_uris: [redirectUri],
    response_types: ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"],
  }),
  publicClient("spa", ["authorization_code", "refresh_token", "implicit"], {
    redirect_uris: [redirectUri],
    response_types: ["code", "id_token", "id_token token"],
  }),
  publicClient("tv", [deviceCode, "refresh_token"]),
  confidential("m2m", ["client_credentials"]),
  confidential("dpop", ["client_credentials"], { dpop_bound_access_tokens: true }),
  confidential("legacy", ["password", "refresh_token"]),
]

function confidential(id: string, grants: string[], more: Partial<ClientMetadata> = {}): ClientMetadata {
  return {
    client_id: id,
    client_secret: clientSecret,
    grant_types: grants,
    redirect_uris: [],
    response_types: [],
    ...more,
  }
}

function publicClient(id: string, grants: string[], more: Partial<ClientMetadata> = {}): ClientMetadata {
  const metadata = {
    token_endpoint_auth_method: "none",
    grant_types: grants,
    redirect_uris: [],
    response_types: [],
  } as const
  return { client_id: id, ...metadata, ...more }
}
