import type { ProfileName } from "../core/index.ts"

/** What is known of the issuers of one maker. */
export interface KnownIssuer {
  readonly name: string
  readonly profile: ProfileName
  /** The claim in which its access tokens hold scopes. */
  readonly scopeClaim: string
}

/** Anything that signs with OpenID Connect's names for things. */
const other: KnownIssuer = { name: "OpenID Connect", profile: "oidc", scopeClaim: "scope" }
const auth0: KnownIssuer = { name: "Auth0", profile: "auth0", scopeClaim: "scope" }
const known: readonly (readonly [RegExp, KnownIssuer])[] = [
  [/(?:^|\.)auth0\.com$/, auth0],
  [/(?:^|\.)(?:okta|oktapreview|okta-emea)\.com$/, { name: "Okta", profile: "oidc", scopeClaim: "scp" }],
  [
    /^(?:login\.microsoftonline\.com|sts\.windows\.net|.*\.ciamlogin\.com)$/,
    { name: "Entra ID", profile: "oidc", scopeClaim: "scp" },
  ],
]

/**
 * What is known of an issuer by its host, and by its discovery document where there is one: an Auth0 tenant with a domain of its own
 * shows by the places of its endpoints.
 */
export function knownIssuer(issuer: string, discovery: Readonly<Record<string, unknown>> = {}): KnownIssuer {
  const hostname = URL.parse(issuer)?.hostname ?? ""
  const found = known.find(([pattern]) => pattern.test(hostname))?.[1]
  if (found) return found
  const { token_endpoint, authorization_endpoint, jwks_uri } = discovery
  const isLikeAuth0 =
    issuer.endsWith("/") &&
    token_endpoint === `${issuer}oauth/token` &&
    authorization_endpoint === `${issuer}authorize` &&
    jwks_uri === `${issuer}.well-known/jwks.json`
  return isLikeAuth0 ? auth0 : other
}
