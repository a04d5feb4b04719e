import { checkBinding } from "./binding.ts"
import { verifyClaims } from "./claims.ts"
import { type Config, parseConfig } from "./config.ts"
import type { ConfigInput } from "./config-input.ts"
import { findCredentials } from "./credentials.ts"
import {
  type Check,
  type CheckFacts,
  type Decision,
  isRejection,
  type Principal,
  type Rejection,
  refuse,
  type Step,
} from "./decision.ts"
import { allowedAlgorithm, claimedIssuer } from "./issuers.ts"
import { createKeyRing, findKeys, type KeyRing } from "./key-ring.ts"
import type { Ports } from "./ports.ts"
import { checkHeaderType, profiles } from "./profiles.ts"
import { type AccessRequest, canonicalPath } from "./request.ts"
import { checkRequirements } from "./requirements.ts"
import { compileRoutes, matchRoute, type Rule } from "./routes.ts"
import { parseToken } from "./token.ts"
import { verifySignature } from "./verify.ts"

/** Decides on requests under one policy. Keeps the issuers' keys between calls, so make one and keep it. */
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
  const config = parseConfig(policy)
  const routes = compileRoutes(config.rules, config.unmatched)
  const keyRings = new Map(
    config.issuers.map((issuer) => [
      issuer,
      createKeyRing({ issuer: issuer.issuer, jwksUri: issuer.jwksUri }, issuer.keys),
    ]),
  )

  return {
    async authorize(request) {
      const at = ports.now()
      const checks: Check[] = []
      let rule: Rule | null = null
      const pass = (step: Step, facts?: CheckFacts) => void checks.push({ step, passed: true, ...(facts && { facts }) })
      const allow = (rule: Rule, path: string, principal: Principal | null): Decision => {
        return { outcome: "allow", at, rule: rule.name, checks, path, principal }
      }
      const end = (step: Step, { ok: _, facts, ...ending }: Rejection): Decision => {
        checks.push({ step, passed: false, ...(facts && { facts }) })
        return { ...ending, at, rule: rule?.name ?? null, checks }
      }

      // What can be decided without the issuer comes first: a public route works while the issuer is down.
      const path = canonicalPath(request.path)
      if (path === null) return end("path", refuse("path_ambiguous"))
      pass("path")

      rule = matchRoute(routes, request.method, path)
      if (!rule) return end("route", refuse("route_unknown"))
      pass("route", { rule: rule.name })
      if (rule.access === "public") return allow(rule, path, null)

      const credentials = findCredentials(request)
      if (isRejection(credentials)) return end("credentials", credentials)
      pass("credentials", { scheme: credentials.scheme })

      const token = parseToken(credentials.token)
      if (isRejection(token)) return end("token", token)
      pass("token")

      const issuer = claimedIssuer(token, config.issuers)
      if (isRejection(issuer)) return end("issuer", issuer)
      const algorithm = allowedAlgorithm(token, issuer)
      if (isRejection(algorithm)) return end("issuer", algorithm)
      const wrongType = checkHeaderType(token.untrustedHeader.typ, profiles[issuer.profile])
      if (wrongType) return end("issuer", wrongType)
      pass("issuer", { issuer: issuer.issuer, algorithm })

      const keys = await findKeys(keyRings.get(issuer) as KeyRing, token.untrustedHeader, algorithm, ports)
      if (isRejection(keys)) return end("keys", keys)
      pass("keys")

      const signed = await verifySignature(token, keys)
      if (isRejection(signed)) return end("signature", signed)
      pass("signature")

      const verified = verifyClaims(signed, issuer, at / 1000, config.clockToleranceSeconds)
      if (isRejection(verified)) return end("claims", verified)
      pass("claims", { expiresAt: verified.expiresAt })

      const unproven = checkBinding(verified)
      if (unproven) return end("binding", unproven)
      pass("binding")

      const unmet = checkRequirements(verified, rule)
      if (unmet) return end("requirements", unmet)
      pass("requirements")
      return allow(rule, path, verified)
    },
  }
}
