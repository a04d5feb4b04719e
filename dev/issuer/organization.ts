import {
  type AccessToken,
  type AdapterFactory,
  type ClientCredentials,
  errors,
  type KoaContextWithOIDC,
} from "oidc-provider"
import { clientOrganizations, organizations, type User } from "./tenant.ts"

/** For which organization each login was, as Auth0 has it: the `organization` parameter, by id, becomes the claim `org_id`. */
export interface GrantOrganizations {
  /** The one that a request names for a user; null for none. Throws an OAuth error where there is no such, or the user isn't in it. */
  askedFor(context: KoaContextWithOIDC, user: User): string | null
  /** Remembers it for all tokens of a grant. */
  keep(grantId: string, organization: string | null): Promise<void>
  /** That of a token about to be signed; null for none. */
  find(context: KoaContextWithOIDC, token: AccessToken | ClientCredentials): Promise<string | null>
}

/** Kept in the store, so that a code or a refresh token outlives the provider that it came from. */
export function organizationsOfGrants(store: AdapterFactory): GrantOrganizations {
  const records = store("GrantOrganization")
  return {
    askedFor: (context, user) => check(parameter(context), user.organizations, `the user ${user.name} is no member`),
    async keep(grantId, organization) {
      if (organization !== null) await records.upsert(grantId, { kind: organization }, 0)
    },
    async find(context, token) {
      if (token.kind === "ClientCredentials")
        return check(parameter(context), clientOrganizations[token.clientId ?? ""] ?? [], "the client has no access")
      const grantId = token.grantId
      const record = grantId === undefined ? undefined : await records.find(grantId)
      return record?.kind ?? null
    },
  }
}

// The token endpoint drops parameters that the provider doesn't know, so that the body itself is read there.
function parameter({ oidc }: KoaContextWithOIDC): unknown {
  return oidc.params?.organization ?? oidc.body?.organization
}

function check(asked: unknown, allowed: readonly string[], otherwise: string): string | null {
  if (asked === undefined) return null
  const known = organizations.find(({ id }) => id === asked)
  if (!known) throw new errors.InvalidRequest("the parameter organization names none of this tenant")
  if (!allowed.includes(known.id)) throw new errors.AccessDenied(`${otherwise} of the organization ${known.name}`)
  return known.id
}
