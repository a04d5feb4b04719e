import { redirectUri } from "../issuer/tenant.ts"
import type { FlowChoices } from "./flow.ts"

/** What every flow with a browser asks for. */
export function authorizationParameters(choices: FlowChoices, audience: string): Record<string, string> {
  const { user, scope, withAudience, organization } = choices
  return {
    redirect_uri: redirectUri,
    scope,
    // Here, as everywhere, it stands in for what a person would type on the login page.
    login_hint: user,
    ...(withAudience && { audience }),
    // A refresh token is not given out unasked.
    ...(asksFor(choices, "offline_access") && { prompt: "consent" }),
    ...(organization !== null && { organization }),
  }
}

/** Whether a scope is among those that are asked for. */
export function asksFor({ scope }: FlowChoices, name: string): boolean {
  return scope.split(" ").includes(name)
}
