import { errors, type Provider, type ResourceServer } from "oidc-provider"
import { findOrganization, type GrantOrganizations } from "./organization.ts"
import { api, users } from "./tenant.ts"

/** What the token endpoint takes for this grant (RFC 6749 §4.3.2), with Auth0's `audience`. */
interface PasswordParameters {
  readonly username?: string
  readonly password?: string
  readonly scope?: string
  readonly audience?: string
  readonly resource?: string
  readonly organization?: string
}

/**
 * Adds the resource owner password grant, which OAuth 2.1 dropped and Auth0 still has. Of the API's
 * scopes the token gets those that were asked for and that the user has; without an audience it is opaque.
 */
export function addPasswordGrant(
  provider: Provider,
  resourceServer: () => ResourceServer,
  organizations: GrantOrganizations,
): void {
  const parameters = ["username", "password", "scope", "audience", "resource", "organization"]
  provider.registerGrantType<PasswordParameters>(
    "password",
    async (context) => {
      const { client, params } = context.oidc
      const user = users.find(({ name, password }) => name === params.username && password === params.password)
      if (!user) throw new errors.InvalidGrant("wrong username or password")
      const organization = findOrganization(params.organization, user)
      const audience = params.resource ?? params.audience
      if (audience !== undefined && audience !== api.audience) throw new errors.InvalidTarget()

      const asked = params.scope?.split(" ") ?? [...user.permissions]
      const scope = audience === undefined ? "" : asked.filter((name) => user.permissions.includes(name)).join(" ")
      const oidcScope = asked
        .filter((name) => ["openid", "profile", "email", "offline_access"].includes(name))
        .join(" ")
      const grant = new provider.Grant({ clientId: client.clientId, accountId: user.id })
      grant.addOIDCScope(oidcScope)
      if (audience !== undefined) grant.addResourceScope(audience, scope)
      const grantId = await grant.save()
      await organizations.keep(grantId, organization)
      context.oidc.entity("Grant", grant)

      const common = { accountId: user.id, client, grantId, gty: "password" }
      // The scopes of an API are in its token; those of OpenID, in one for userinfo.
      const accessToken = new provider.AccessToken({ ...common, scope: audience === undefined ? oidcScope : scope })
      if (audience !== undefined) accessToken.resourceServer = new provider.ResourceServer(audience, resourceServer())
      const refreshToken = new provider.RefreshToken({
        ...common,
        scope: [oidcScope, scope].join(" ").trim(),
        ...(audience !== undefined && { resource: audience }),
        rotations: 0,
      })
      context.body = {
        access_token: await accessToken.save(),
        ...(oidcScope.includes("offline_access") && { refresh_token: await refreshToken.save() }),
        token_type: "Bearer",
        expires_in: accessToken.expiration,
        scope: [oidcScope, scope].filter(Boolean).join(" "),
      }
    },
    parameters,
  )
}
