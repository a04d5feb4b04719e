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
  /** Remembers it for all tokens of a grant. */
  keep(grantId: string, organization: string | null): Promise<void>
  /** That of a token about to be given; null for none. Throws an OAuth error for one that its client has no access to. */
  find(context: KoaContextWithOIDC, token: AccessToken | ClientCredentials): Promise<string | null>
}

/** Kept in the store, so that a code or a refresh token outlives the provider that it came from. */
export function organizationsOfGrants(store: AdapterFactory): GrantOrganizations {
  const records = store("GrantOrganization")
  return {
    async keep(grantId, organization) {
      if (organization !== null) await records.upsert(grantId, { kind: organization }, 0)
    },
    async find({ oidc }, token) {
      if (token.kind === "ClientCredentials") {
        // The token endpoint drops parameters that the provider doesn't know, so that the body itself is read.
        const allowed = clientOrganizations[token.clientId ?? ""] ?? []
        return check(oidc.body?.organization, allowed, "the client has no access to")
      }
      const record = token.grantId === undefined ? undefined : await records.find(token.grantId)
      return record?.kind ?? null
    },
  }
}

/** The one that a request names for a user; null for none. Throws an OAuth error where there is no such, or the user isn't in it. */
export function findOrganization(asked: unknown, { name, organizations: allowed }: User): string | null {
  return check(asked, allowed, `${name} is no member of`)
}

function check(asked: unknown, allowed: readonly string[], otherwise: string): string | null {
  if (asked === undefined) return null
  const known = organizations.find(({ id }) => id === asked)
  if (!known) throw new errors.InvalidRequest("the parameter organization names none of this tenant")
  if (!allowed.includes(known.id)) throw new errors.AccessDenied(`${otherwise} the organization ${known.name}`)
  return known.id
}
