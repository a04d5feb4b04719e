import { type AdapterFactory, type Configuration, errors, Provider, type ResourceServer } from "oidc-provider"
import { answerInteractions, consentTo, interactionUrl } from "./login.ts"
import { organizationsOfGrants } from "./organization.ts"
import { addPasswordGrant } from "./password-grant.ts"
import type { SigningKey } from "./signing-key.ts"
import { api, clients, users } from "./tenant.ts"
import { shapeToken, type TokenProfile } from "./token-shape.ts"

/** What sets one provider apart from the next. The first key signs; the others are only published. */
export interface ProviderSettings {
  readonly issuer: string
  readonly keys: readonly [SigningKey, ...SigningKey[]]
  readonly store: AdapterFactory
  readonly tokenProfile: TokenProfile
  readonly clockSkewSeconds: number
}

/** Where an Auth0 tenant publishes its keys. */
export const keySetPath = "/.well-known/jwks.json"

/** The lifetime of an Auth0 API's tokens unless it is changed, in seconds. */
const accessTokenLifetime = 86_400

const signingAlgorithms = [
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

/** A certified OpenID provider, set up to look like an Auth0 tenant: its paths, its `audience` parameter, its tokens. */
export function createProvider({ issuer, keys, store, tokenProfile, clockSkewSeconds }: ProviderSettings): Provider {
  const [{ alg, kid }] = keys
  const organizations = organizationsOfGrants(store)
  const resourceServer = (): ResourceServer => ({
    scope: api.scopes.join(" "),
    audience: api.audience,
    accessTokenFormat: "jwt",
    accessTokenTTL: accessTokenLifetime,
    jwt: { sign: { alg: alg as "RS256", kid } },
  })

  const configuration: Configuration = {
    adapter: store,
    jwks: { keys: [...keys] },
    clients: [...clients],
    clientDefaults: { id_token_signed_response_alg: alg as "RS256" },
    enabledJWA: { idTokenSigningAlgValues: [...signingAlgorithms] },
    cookies: { keys: ["local"] },
    scopes: ["openid", "profile", "email", "offline_access"],
    claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
    responseTypes: ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"],
    extraParams: ["audience", "organization"],
    pkce: { required: (_context, client) => client.clientAuthMethod === "none" },
    routes: {
      authorization: "/authorize",
      token: "/oauth/token",
      revocation: "/oauth/revoke",
      introspection: "/oauth/introspect",
      device_authorization: "/oauth/device/code",
      code_verification: "/activate",
      userinfo: "/userinfo",
      end_session: "/oidc/logout",
      jwks: keySetPath,
    },
    ttl: {
      AccessToken: accessTokenLifetime,
      ClientCredentials: accessTokenLifetime,
      AuthorizationCode: 60,
      DeviceCode: 900,
      Grant: accessTokenLifetime,
      IdToken: 36_000,
      Interaction: 600,
      RefreshToken: accessTokenLifetime,
      Session: accessTokenLifetime,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: async (context, form) => {
          context.body = `${form}<button form="op.deviceInputForm">Continue</button>`
        },
        userCodeConfirmSource: async (context, form) => {
          context.body = `${form}<button form="op.deviceConfirmForm">Confirm</button>`
        },
        successSource: async (context) => {
          context.body = "The device is logged in."
        },
      },
      dPoP: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_context, client) => client.clientAuthMethod !== "none" },
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        // Auth0 calls it `audience`. At the token endpoint the provider drops parameters that it doesn't know, so that the
        // body itself is read. Without either the token is opaque, as Auth0's is.
        defaultResource: ({ oidc }, _client, oneOf) =>
          oneOf?.[0] ?? audienceParameter(oidc.params) ?? audienceParameter(oidc.body),
        useGrantedResource: () => true,
        getResourceServerInfo: ({ oidc }, identifier) => {
          if (identifier !== api.audience) throw new errors.InvalidTarget()
          // A machine that asks for no scope gets all that were granted to it, as Auth0 has it.
          if (oidc.params?.grant_type === "client_credentials") oidc.params.scope ??= api.scopes.join(" ")
          return resourceServer()
        },
      },
    },
    interactions: { url: (_context, { uid }) => interactionUrl(uid) },
    loadExistingGrant: (context) => consentTo(context, organizations),
    findAccount: (_context, id) => {
      const user = users.find((candidate) => candidate.id === id)
      if (!user) return undefined
      return { accountId: id, claims: () => ({ sub: id, name: user.name, email: `${user.name}@example.com` }) }
    },
    issueRefreshToken: (_context, client, code) =>
      client.grantTypeAllowed("refresh_token") && code.scopes.has("offline_access"),
    rotateRefreshToken: true,
    // Opaque tokens come by here as well, so that these, too, are given for no organization of others.
    extraTokenClaims: async (context, token) => {
      const organization = await organizations.find(context, token)
      return organization === null ? undefined : { org_id: organization }
    },
    formats: {
      customizers: {
        jwt: (context, token, jwt) => shapeToken({ profile: tokenProfile, clockSkewSeconds }, context, token, jwt),
      },
    },
  }

  const provider = new Provider(issuer, configuration)
  addPasswordGrant(provider, resourceServer, organizations)
  answerInteractions(provider)
  provider.on("server_error", (_context, error) => console.error("issuer:", error))
  return provider
}

function audienceParameter(parameters: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return typeof parameters?.audience === "string" ? parameters.audience : undefined
}
