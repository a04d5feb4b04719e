import { createAuthenticator } from "./authenticator.ts"
import { checkBinding } from "./binding.ts"
import { type Config, parseConfig } from "./config.ts"
import type { ConfigInput } from "./config-input.ts"
import { type Decision, isRejection, type Principal, type Rejection, refuse } from "./decision.ts"
import type { Ports } from "./ports.ts"
import { type AccessRequest, canonicalPath } from "./request.ts"
import { checkRequirements } from "./requirements.ts"
import { compileRoutes, matchRoute, type Rule } from "./routes.ts"
import { fail, pass, type Trail } from "./trail.ts"

/**
 * Decides on requests under one policy. Keeps the issuers' keys and the tokens that it has verified between calls, so make one
 * and keep it.
 */
export interface Authorizer {
  /** Never rejects for anything that a request or an issuer can do: refusals and outages are decisions. */
  authorize(request: AccessRequest): Promise<Decision>
}

/**
 * Makes an authorizer of a policy and of what the platform lends.
 *
 * @example
 * const authorizer = createAuthorizer({ issuers: [{ issuer, audiences: ["https://api.example.com"] }] }, ports)
 * const decision = await authorizer.authorize({ method: "GET", path: "/orders", headers: { authorization } })
 *
 * @throws ConfigError if the policy has problems.
 */
export function createAuthorizer(policy: ConfigInput | Config, ports: Ports): Authorizer {
  return authorizerOf(parseConfig(policy), ports)
}

/** Makes an authorizer of a policy that is checked already; what checks policies need not be there then. */
export function authorizerOf(config: Config, ports: Ports): Authorizer {
  const routes = compileRoutes(config.rules, config.unmatched)
  const authenticator = createAuthenticator(config, ports)

  return {
    async authorize(request) {
      const at = ports.now()
      const trail: Trail = { checks: [] }
      const { checks } = trail
      let rule: Rule | null = null
      const allow = ({ name }: Rule, path: string, principal: Principal | null): Decision => {
        return { outcome: "allow", at, rule: name, checks, path, principal }
      }
      const end = ({ ok: _ok, facts: _facts, ...ending }: Rejection): Decision => {
        return { ...ending, at, rule: rule?.name ?? null, checks }
      }

      // What can be decided without the issuer comes first: a public route works while the issuer is down.
      const path = canonicalPath(request.path)
      if (path === null) return end(fail(trail, "path", refuse("path_ambiguous")))
      pass(trail, "path")

      rule = matchRoute(routes, request.method, path)
      if (!rule) return end(fail(trail, "route", refuse("route_unknown")))
      pass(trail, "route", { rule: rule.name })
      if (rule.access === "public") return allow(rule, path, null)

      const known = authenticator.authenticate(request, at, trail)
      const verified = known instanceof Promise ? await known : known
      if (isRejection(verified)) return end(verified)

      const unproven = checkBinding(verified)
      if (unproven) return end(fail(trail, "binding", unproven))
      pass(trail, "binding")

      const unmet = checkRequirements(verified, rule)
      if (unmet) return end(fail(trail, "requirements", unmet))
      pass(trail, "requirements")
      return allow(rule, path, verified)
    },
  }
}
