import { andThen } from "./and-then.ts"
import { createAuthenticator } from "./authenticator.ts"
import { checkBinding } from "./binding.ts"
import type { VerifiedToken } from "./claims.ts"
import { type Config, type Issuer, parseConfig } from "./config.ts"
import type { ConfigInput } from "./config-input.ts"
import { type Decision, type Fault, refuse } from "./decision.ts"
import type { Ports } from "./ports.ts"
import { type AccessRequest, canonicalPath, matchedPath } from "./request.ts"
import { checkRequirements } from "./requirements.ts"
import { compileRoutes, matchRoute, type Rule } from "./routes.ts"
import { allow, type Ending, end, pass, report, type Trail } from "./trail.ts"

/**
 * Decides on requests under one policy. Keeps the issuers' keys and the tokens that it has verified between calls, so make one
 * and keep it.
 */
export interface Authorizer {
  /** Never rejects for anything that a request or an issuer can do: refusals and outages are decisions. */
  authorize(request: AccessRequest): Promise<Decision>
  /**
   * The same, without a promise where nothing has to be waited for: with keys at hand, where the platform checks signatures at
   * once or this token was verified before.
   */
  decide(request: AccessRequest): Decision | Promise<Decision>
  /**
   * The caller that a request's token proves, whatever the rules say; null where it proves none, and the fault where that can't be
   * said now. For an edge whose answer is kept for the caller's other requests.
   */
  identify(request: AccessRequest): Promise<VerifiedToken | Fault | null>
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
  const issuers = new Map(config.issuers.map((issuer) => [issuer.issuer, issuer]))
  const authenticator = createAuthenticator(config, ports)
  return { authorize: async (request) => decide(request), decide, identify }

  function decide(request: AccessRequest): Decision | Promise<Decision> {
    const trail: Trail = { at: ports.now(), rule: null, checks: [] }

    // What can be decided without the issuer comes first: a public route works while the issuer is down.
    const path = canonicalPath(request.path)
    if (path === null) return end(trail, "path", refuse("path_ambiguous"))
    pass(trail, "path")

    const rule = matchRoute(routes, request.method, matchedPath(path))
    if (!rule) return end(trail, "route", refuse("route_unknown"))
    trail.rule = rule.name
    pass(trail, "route", { rule: rule.name })
    if (rule.access === "public") return allow(trail, path, null)

    return andThen<VerifiedToken | Ending, Decision>(authenticator.authenticate(request, trail), (verified) => {
      const ending = "outcome" in verified ? verified : checkToken(verified, rule, request, path, trail)
      if (ending === null) return allow(trail, path, verified as VerifiedToken)
      return rule.report ? report(ending, trail, path) : ending
    })
  }

  async function identify(request: AccessRequest): Promise<VerifiedToken | Fault | null> {
    const verified = await authenticator.authenticate(request, { at: ports.now(), rule: null, checks: [] })
    if ("outcome" in verified) return verified.outcome === "fault" ? verified : null
    return checkBinding(verified) ? null : verified
  }

  function checkToken(
    token: VerifiedToken,
    { requirement }: Rule,
    { query, headers }: AccessRequest,
    path: string,
    trail: Trail,
  ): Ending | null {
    const unproven = checkBinding(token)
    if (unproven) return end(trail, "binding", unproven)
    pass(trail, "binding")

    const { clockToleranceSeconds } = config
    const issuer = issuers.get(token.issuer) as Issuer
    const circumstances = { request: { path, query, headers }, issuer, now: trail.at / 1000, clockToleranceSeconds }
    const unmet = checkRequirements(token, requirement, circumstances)
    if (unmet) return end(trail, "requirements", unmet)
    pass(trail, "requirements")
    return null
  }
}
