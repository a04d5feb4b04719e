import type { Grant, KoaContextWithOIDC, Provider } from "oidc-provider"
import { findOrganization, type GrantOrganizations } from "./organization.ts"
import { api, users } from "./tenant.ts"

const interactionPath = "/interaction/"

/** Where the provider sends a browser that has to log in or to consent. */
export function interactionUrl(uid: string): string {
  return interactionPath + uid
}

/**
 * Answers every login and every consent at once, with nobody asked: the user is the one named by `login_hint`, else the
 * first one. A hint that names nobody, or an organization of others, ends in an error.
 */
export function answerInteractions(provider: Provider): void {
  provider.use(async (context, next) => {
    if (!context.path.startsWith(interactionPath)) return next()
    const { prompt, params, grantId } = await provider.interactionDetails(context.req, context.res)
    const result = prompt.name === "login" ? login(params) : { consent: grantId === undefined ? {} : { grantId } }
    await provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: true })
    context.respond = false
  })
}

function login({ login_hint: hint }: Readonly<Record<string, unknown>>) {
  const user = hint === undefined ? users[0] : users.find(({ name }) => name === hint)
  if (!user) return { error: "access_denied", error_description: "login_hint names no user of this tenant" }
  return { login: { accountId: user.id } }
}

/**
 * What the user agrees to: all OpenID scopes that were asked for, and of the API's those that the user has as permissions,
 * which is how Auth0 narrows `scope` with RBAC on. Throws where the user is no member of the organization that was asked for.
 */
export async function consentTo(
  context: KoaContextWithOIDC,
  organizations: GrantOrganizations,
): Promise<Grant | undefined> {
  const { client, session, provider, requestParamOIDCScopes } = context.oidc
  const user = users.find(({ id }) => id === session?.accountId)
  if (!client || !user) return undefined
  // A user who is logged in already is not asked to again.
  const organization = findOrganization(context.oidc.params?.organization, user)
  const grant = new provider.Grant({ clientId: client.clientId, accountId: user.id })
  grant.addOIDCScope([...requestParamOIDCScopes].join(" "))
  grant.addResourceScope(api.audience, user.permissions.join(" "))
  // A scope that is neither granted nor rejected would be asked about again, for ever.
  grant.rejectResourceScope(api.audience, api.scopes.filter((scope) => !user.permissions.includes(scope)).join(" "))
  await organizations.keep(await grant.save(), organization)
  return grant
}
