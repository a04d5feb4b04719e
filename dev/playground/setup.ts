import { flows } from "../flows/flows.ts"
import { kinds } from "../gateway/api-gateway.ts"
import type { LocalIssuer } from "../issuer/issuer.ts"
import { api, organizations, users } from "../issuer/tenant.ts"
import type { Setup } from "./api.ts"

/** What there is to choose from. */
export function setupOf({ issuer, audience }: LocalIssuer, worker: string): Setup {
  return {
    issuer,
    audience,
    worker,
    flows: flows.map(({ run: _run, ...summary }) => summary),
    // Their passwords are no secret, but the page has no use for them.
    users: users.map(({ name, permissions }) => ({ name, permissions })),
    scopes: ["openid", "profile", "email", "offline_access", ...api.scopes],
    organizations,
    kinds,
  }
}
