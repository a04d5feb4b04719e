import type { AccessToken, ClientCredentials, JWTStructured, KoaContextWithOIDC } from "oidc-provider"
import { users } from "./tenant.ts"

/**
 * The two access-token profiles of an Auth0 API, each with permissions added (`access_token_authz` and
 * `rfc9068_profile_authz`). `auth0`: typ `JWT`, the client in `azp`, sometimes `gty`, no `jti`. `rfc9068`: typ `at+jwt`,
 * `client_id` and `jti`, neither `azp` nor `gty`.
 */
export type TokenProfile = "auth0" | "rfc9068"

// The only grants that Auth0 names in `gty`.
const namedGrants: Readonly<Record<string, string>> = {
  client_credentials: "client-credentials",
  password: "password",
  refresh_token: "refresh_token",
}

/** What the tenant adds to what the provider knows of a token. */
export interface TokenShape {
  readonly profile: TokenProfile
  /** How far the tenant's clock is ahead. */
  readonly clockSkewSeconds: number
}

/** Gives an access token, about to be signed, the header and the claims that an Auth0 tenant gives it. */
export function shapeToken(
  { profile, clockSkewSeconds }: TokenShape,
  context: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
  jwt: JWTStructured,
): void {
  const { payload } = jwt
  const apiScopes = token.scope?.split(" ").filter(Boolean) ?? []

  if (token.kind === "ClientCredentials") {
    payload.sub = `${token.clientId}@clients`
    payload.permissions = apiScopes
  } else {
    const { accountId } = token
    const oidcScopes = context.oidc.entities.Grant?.getOIDCScope().split(" ").filter(Boolean) ?? []
    payload.permissions = users.find(({ id }) => id === accountId)?.permissions ?? []
    payload.scope = [...oidcScopes, ...apiScopes].join(" ")
    if (oidcScopes.includes("openid")) payload.aud = [payload.aud, `${context.oidc.issuer}userinfo`]
  }

  for (const time of ["iat", "nbf", "exp"] as const)
    if (typeof payload[time] === "number") payload[time] += clockSkewSeconds

  if (profile === "rfc9068") return
  jwt.header = { ...jwt.header, typ: "JWT" }
  payload.azp = payload.client_id
  delete payload.client_id
  delete payload.jti
  const gty = namedGrants[String(context.oidc.params?.grant_type)]
  if (gty !== undefined) payload.gty = gty
}
