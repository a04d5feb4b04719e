import type { ConfigProblem } from "./config-error.ts"
import { isAllowedIssuer, isLoopback } from "./endpoint.ts"
import type { ProfileName } from "./profiles.ts"

/** Environment values as a platform hands them over; only strings that are not empty count. */
export type Environment = Readonly<Record<string, unknown>>

/** An issuer as the environment names one; all else about it has its default. */
export interface NamedIssuer {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly profile: ProfileName
}

/**
 * The issuer that two environment values name: `AUTH0_DOMAIN` and `AUTH0_AUDIENCE`, or `ISSUER` and `AUDIENCE`. A domain may
 * carry `https://` and a trailing slash; an issuer is taken as it stands. An audience may be a list, separated by commas.
 */
export function issuerFromEnvironment(
  environment: Environment,
): NamedIssuer | { readonly problems: readonly ConfigProblem[] } {
  const domain = read(environment, "AUTH0_DOMAIN")
  const auth0Audience = read(environment, "AUTH0_AUDIENCE")
  const issuer = read(environment, "ISSUER")
  const audience = read(environment, "AUDIENCE")
  const usesAuth0 = domain !== null || auth0Audience !== null
  const usesIssuer = issuer !== null || audience !== null

  if (usesAuth0 && usesIssuer)
    return problem("environment", "set AUTH0_DOMAIN and AUTH0_AUDIENCE, or ISSUER and AUDIENCE, not some of both")
  if (!usesAuth0 && !usesIssuer)
    return problem("issuers", "required; list the issuers, or set AUTH0_DOMAIN and AUTH0_AUDIENCE in the environment")

  if (usesAuth0) {
    if (domain === null) return problem("AUTH0_DOMAIN", "required beside AUTH0_AUDIENCE; such as tenant.eu.auth0.com")
    if (auth0Audience === null)
      return problem(
        "AUTH0_AUDIENCE",
        "required beside AUTH0_DOMAIN; the API's identifier, such as https://api.example.com",
      )
    const auth0Issuer = issuerOfDomain(domain)
    if (auth0Issuer === null || !isAllowedIssuer(auth0Issuer))
      return problem("AUTH0_DOMAIN", "must be a domain without a path, such as tenant.eu.auth0.com")
    const audiences = splitList(auth0Audience)
    if (audiences.length === 0) return problem("AUTH0_AUDIENCE", "must name an audience beside its commas")
    return { issuer: auth0Issuer, audiences, profile: "auth0" }
  }
  if (issuer === null) return problem("ISSUER", "required beside AUDIENCE; exactly as in the tokens' iss claim")
  if (audience === null) return problem("AUDIENCE", "required beside ISSUER; the audience that this API answers to")
  if (!isAllowedIssuer(issuer))
    return problem(
      "ISSUER",
      "must be an https URL without query and fragment (plain http only on this machine's loopback)",
    )
  const audiences = splitList(audience)
  if (audiences.length === 0) return problem("AUDIENCE", "must name an audience beside its commas")
  return { issuer, audiences, profile: "oidc" }
}

/** An Auth0 issuer is `https://DOMAIN/`, slash included. Plain http is left to stand for an issuer on this machine. */
function issuerOfDomain(domain: string): string | null {
  const origin = (/^https?:\/\//i.test(domain) ? domain : `https://${domain}`).replace(/\/+$/, "")
  const url = URL.parse(origin)
  if (url?.pathname !== "/" || url.search || url.hash || url.username || url.password) return null
  if (url.protocol !== "https:" && !isLoopback(origin)) return null
  return `${url.origin}/`
}

function problem(path: string, remedy: string) {
  return { problems: [{ path, remedy }] }
}

function read(environment: Environment, name: string): string | null {
  const value = environment[name]
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
}
