import { randomBytes, randomUUID } from "node:crypto"
import type { ConfigInput, IssuerInput } from "../../core/index.ts"
import {
  base64url,
  type IssuerKey,
  makeKey,
  type SigningIssuer,
  signJws,
  startSigningIssuer,
} from "../support/signing-issuer.ts"

const audience = "https://api.example.com"
const jwksPath = "/.well-known/jwks.json"

/** An issuer of a test's own, how a policy trusts it, and the tokens that it issues. Two tests never share keys. */
export interface Tenant {
  readonly issuer: SigningIssuer
  /** The key that it begins with. */
  readonly key: IssuerKey
  readonly input: IssuerInput
  /** A token that the policy takes, unlike every other one. */
  token(key?: IssuerKey): string
  /** A token with a key id that this issuer never had. What stands for its signature was signed by nobody. */
  unknownToken(keyId?: string): string
  /** How often its key set was asked for. */
  fetches(): number
  close(): void
}

/** P-256, since a test needs many. */
export const makeTenantKey = (keyId: string) => makeKey("P-256", { kid: keyId, alg: "ES256" })

export async function startTenant(change: Partial<IssuerInput> = {}): Promise<Tenant> {
  const key = makeTenantKey("first")
  const issuer = await startSigningIssuer([key])
  const { issuer: iss } = issuer
  const claims = () => {
    const now = Math.floor(Date.now() / 1000)
    return { iss, sub: "auth0|alice", aud: audience, azp: "web", iat: now, exp: now + 300, jti: randomUUID() }
  }
  return {
    issuer,
    key,
    input: { issuer: iss, audiences: [audience], profile: "auth0", algorithms: ["ES256"], ...change },
    token(signingKey = key) {
      const header = { alg: "ES256", typ: "JWT", kid: signingKey.jwk.kid }
      return signJws(signingKey.privateKey, "ES256", header, claims())
    },
    unknownToken(keyId = randomUUID()) {
      const parts = [{ alg: "ES256", typ: "JWT", kid: keyId }, claims()].map((part) => base64url(JSON.stringify(part)))
      return [...parts, base64url(randomBytes(64))].join(".")
    },
    fetches: () => issuer.requests.filter((path) => path === jwksPath).length,
    close: () => issuer.close(),
  }
}

/** A policy with one public path, which needs no keys. */
export function policyOf(issuers: readonly IssuerInput[], more: Partial<ConfigInput> = {}): ConfigInput {
  return { issuers, routes: [{ path: "/health", access: "public" }, { path: "/**" }], ...more }
}
