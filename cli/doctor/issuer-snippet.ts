import { isLoopback } from "../../core/endpoint.ts"
import type { AlgorithmName } from "../../core/index.ts"
import { defaultJwksUri } from "../../core/profiles.ts"
import { knownIssuer } from "../known-issuers.ts"
import type { IssuerReport } from "./issuer-report.ts"

/** What to paste. */
export interface IssuerSnippet {
  /** For the policy. */
  readonly policy: string
  /** Two values for the environment; null where they can't say all that has to be said. */
  readonly environment: string | null
}

const audience = "https://api.example.com"

/** Writes down an issuer as a policy needs it; null where that is not known, or where no key of its can be used. */
export function writeSnippet({ issuer, discovery, keys }: IssuerReport): IssuerSnippet | null {
  if (issuer === null || !discovery || keys.every(({ algorithms }) => algorithms.length === 0)) return null
  const { profile, scopeClaim } = knownIssuer(issuer, discovery.json)
  const allowed = algorithmsOf(keys, discovery.json.id_token_signing_alg_values_supported)
  const { jwks_uri: jwksUri } = discovery.json
  const place = defaultJwksUri(issuer, profile)
  const isElsewhere = place !== null && place !== jwksUri && typeof jwksUri === "string"
  const lines = [
    `issuer: ${JSON.stringify(issuer)},`,
    `audiences: ["${audience}"], // your API's identifier, as in its tokens' aud`,
    `algorithms: [${allowed.map((name) => `"${name}"`).join(", ")}],`,
    `profile: "${profile}",`,
    ...(isElsewhere ? [`jwksUri: ${JSON.stringify(jwksUri)},`] : []),
    ...(scopeClaim === "scope" ? [] : [`scopeClaim: "${scopeClaim}",`]),
  ]
  const isPlain = allowed.join() === "RS256" && scopeClaim === "scope" && !isElsewhere
  return {
    policy: ["issuers: [{", ...lines.map((line) => `  ${line}`), "}],"].join("\n"),
    environment: isPlain ? writeEnvironment(issuer, profile === "auth0") : null,
  }
}

function writeEnvironment(issuer: string, isAuth0: boolean): string {
  if (!isAuth0) return `ISSUER=${issuer}\nAUDIENCE=${audience}`
  const domain = issuer.replace(/\/$/, "").replace(isLoopback(issuer) ? "" : "https://", "")
  return `AUTH0_DOMAIN=${domain}\nAUTH0_AUDIENCE=${audience}`
}

/**
 * What the issuer signs with, as its keys say it. An RSA key may leave it open: then what the discovery document has for ID tokens
 * says most, and RS256, which each issuer must know (OpenID Connect Core §15.1), stands for what nobody says.
 */
function algorithmsOf(keys: IssuerReport["keys"], supported: unknown): readonly AlgorithmName[] {
  const listed = Array.isArray(supported) ? supported : []
  const names = keys.flatMap(({ algorithms }): readonly AlgorithmName[] => {
    const [first] = algorithms
    if (algorithms.length < 2) return algorithms
    const said = algorithms.filter((name) => listed.includes(name))
    return said.length > 0 ? said : first ? [first] : []
  })
  return [...new Set(names)]
}
