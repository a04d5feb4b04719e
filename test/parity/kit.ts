import type { ConfigInput } from "../../core/index.ts"
import { type IssuerKey, makeKey, type SigningIssuer, signJws, startSigningIssuer } from "../support/signing-issuer.ts"

/** What the rows of the parity table are made with: two issuers, their keys, the policies and the tokens. */
export interface Kit {
  readonly issuer: SigningIssuer
  readonly other: SigningIssuer
  readonly keys: typeof keys
  readonly policies: Readonly<Record<string, ConfigInput>>
  /** A token that every policy of the first issuer takes, with parts of it replaced; undefined takes a claim away. */
  token(change?: TokenChange): string
  close(): void
}

export interface TokenChange {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: IssuerKey
  /** How it is really signed. */
  readonly alg?: string
}

export const audience = "https://api.example.com"
export const userinfo = "https://tenant.example.com/userinfo"
export const adminAudience = "https://admin.example.com"
/** An authentication context class, as Auth0 names it. */
export const mfa = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"

const keys = {
  // No `alg`, as in Auth0 tenants that leave it out: the issuer's list decides.
  rsa: makeKey("rsa", { kid: "rsa", use: "sig" }),
  rs256: makeKey("rsa", { kid: "rs256", alg: "RS256" }),
  p256: makeKey("P-256", { kid: "p256", alg: "ES256" }),
  p384: makeKey("P-384", { kid: "p384", alg: "ES384" }),
  p521: makeKey("P-521", { kid: "p521", alg: "ES512" }),
  ed25519: makeKey("Ed25519", { kid: "ed25519", alg: "EdDSA" }),
  encryption: makeKey("rsa", { kid: "encryption", use: "enc" }),
  weak: makeKey("rsa-1024", { kid: "weak" }),
  unpublished: makeKey("rsa", { kid: "unpublished" }),
  other: makeKey("rsa", { kid: "rsa" }),
}

export async function startKit(): Promise<Kit> {
  const { unpublished: _unpublished, other: othersKey, ...published } = keys
  const issuer = await startSigningIssuer(Object.values(published))
  const other = await startSigningIssuer([othersKey])

  const first = { issuer: issuer.issuer, audiences: [audience], profile: "auth0" } as const
  const everyAlgorithm = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
  ] as const
  const routes = [
    { path: "/health", access: "public" },
    { path: "/any" },
    { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/orders", methods: ["POST"], scopes: ["read:orders", "write:orders"] },
    { path: "/orders/:id", methods: ["GET"], anyScope: ["read:orders", "admin"] },
    { path: "/orders/:id", methods: ["DELETE"], permissions: ["delete:orders", "write:orders"] },
    { path: "/orders/latest", methods: ["GET"], scopes: ["read:latest"] },
    { path: "/reports/**", anyPermission: ["read:reports", "admin"] },
    { path: "/reports/:year", methods: ["GET"], scopes: ["read:years"] },
  ] as const

  const requirements = {
    staff: { claims: { "https://example.com/roles": { contains: "staff" } } },
    "recent mfa": { stepUp: { acr: [mfa], maxAgeSeconds: 300 } },
    "own organisation": { where: { "query.org": { equals: { claim: "org_id" } } } },
  } as const
  const conditions = [
    { path: "/users/:userId/**", where: { "params.userId": { equals: { claim: "sub" } } } },
    { path: "/orgs/:orgId", where: { "params.orgId": { oneOf: { claim: "realm.orgs" } } } },
    { path: "/search", allOf: ["own organisation"] },
    { path: "/tenant", where: { "headers.x-tenant": { equals: { claim: "org_id" } } } },
    { path: "/quiet", where: { "query.debug": { exists: false }, "headers.x-debug": { exists: false } } },
    { path: "/plan", claims: { "/realm/plan": { equals: 7 }, org_id: { exists: true } } },
    { path: "/people", principal: "user" },
    { path: "/jobs", principal: "machine", refusedGrantTypes: ["password"] },
    { path: "/organised", organization: ["org_a", "org_b"] },
    { path: "/admin", audience: adminAudience },
    { path: "/others", issuers: [other.issuer] },
    { path: "/methods", stepUp: { amr: ["mfa"] } },
    { path: "/refunds", permissions: ["refund"], allOf: ["staff", "recent mfa"] },
    { path: "/either", anyOf: ["staff", { scopes: ["admin"], stepUp: { acr: [mfa] } }, "own organisation"] },
    { path: "/watched/**", report: true, allOf: ["staff", "recent mfa"] },
    { path: "/watched/search", report: true, allOf: ["own organisation"] },
  ] as const

  return {
    issuer,
    other,
    keys,
    policies: {
      conditions: {
        issuers: [
          { ...first, audiences: [audience, adminAudience] },
          { issuer: other.issuer, audiences: ["https://other.example.com"] },
        ],
        requirements,
        routes: conditions,
      },
      orders: { issuers: [{ ...first, algorithms: everyAlgorithm }], routes },
      default: { issuers: [first] },
      rfc9068: { issuers: [{ ...first, profile: "rfc9068" }] },
      oidc: {
        issuers: [{ ...first, profile: "oidc", scopeClaim: "scp" }],
        routes: [{ path: "/orders", scopes: ["read:orders"] }],
      },
      two: { issuers: [first, { issuer: other.issuer, audiences: ["https://other.example.com"] }] },
      short: { issuers: [{ ...first, maximumLifetimeSeconds: 600 }] },
      open: { issuers: [first], routes: [{ path: "/health", access: "public" }], unmatched: "authenticated" },
      trace: { issuers: [first], routes: [{ path: "/x", methods: ["TRACE", "HEAD"] }] },
      // Port 9 is discard: nobody listens there.
      down: {
        issuers: [{ ...first, jwksUri: "http://127.0.0.1:9/jwks" }],
        routes: [{ path: "/health", access: "public" }, { path: "/orders" }, { path: "/watched", report: true }],
      },
      "no-keys": { issuers: [{ ...first, jwksUri: `${issuer.issuer}.well-known/openid-configuration` }] },
      "wrong-discovery": { issuers: [{ ...first, issuer: `${issuer.issuer}tenant`, profile: "oidc" }] },
    },
    token({ claims = {}, header = {}, key = keys.rsa, alg = "RS256" } = {}) {
      const now = Math.floor(Date.now() / 1000)
      const ordinary = {
        iss: issuer.issuer,
        sub: "auth0|alice",
        aud: audience,
        azp: "web",
        scope: "openid read:orders",
        iat: now,
        exp: now + 300,
      }
      return signJws(key.privateKey, alg, { alg, typ: "JWT", kid: key.jwk.kid, ...header }, { ...ordinary, ...claims })
    },
    close() {
      issuer.close()
      other.close()
    },
  }
}
