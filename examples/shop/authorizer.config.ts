import { defineConfig } from "../../core/index.ts"

// A shop with many tenants: people who buy, organisations that sell, staff, machines and partners. What is expected of it stands
// beside it, in authorizer.tests.yaml: `edge-authorizer test --config examples/shop/authorizer.config.ts`.

const shop = "https://shop.eu.auth0.com/"
const partners = "https://login.partners.example/"
const api = "https://api.shop.example"
const adminApi = "https://admin.shop.example"
const roles = "https://shop.example/roles"

export default defineConfig({
  issuers: [
    { issuer: shop, audiences: [api, adminApi], profile: "auth0" },
    { issuer: partners, audiences: [api], profile: "rfc9068", algorithms: ["ES256"], maximumLifetimeSeconds: 900 },
  ],

  requirements: {
    // Whoever the path is about, and nobody else.
    themselves: { principal: "user", where: { "params.userId": { equals: { claim: "sub" } } } },
    support: { claims: { [roles]: { containsAny: ["support", "support-lead"] } }, permissions: ["read:users"] },
    member: { principal: "user", where: { "params.orgId": { equals: { claim: "org_id" } } } },
    orgAdmin: { allOf: ["member"], claims: { [roles]: { contains: "org-admin" } } },
    staff: { issuers: [shop], principal: "user", claims: { "shop.staff": { equals: true } } },
    till: { principal: "machine", scopes: ["checkout"], claims: { "shop.kind": { oneOf: ["till", "kiosk"] } } },
    buyer: { principal: "user", scopes: ["checkout"], refusedGrantTypes: ["password"] },
    recentMfa: { stepUp: { amr: ["mfa"], maxAgeSeconds: 300 } },
  },

  routes: [
    // Everybody.
    { path: "/health", access: "public" },
    { path: "/catalog/**", methods: ["GET"], access: "public" },
    { path: "/catalog/search", methods: ["POST"], access: "public" },

    // Any valid token.
    { path: "/currencies", methods: ["GET"] },

    // Scopes are what an app was allowed to do for its user, permissions what the user may do: where both are asked for, both count.
    {
      path: "/catalog/**",
      methods: ["POST", "PUT", "DELETE"],
      scopes: ["write:catalog"],
      permissions: ["edit:catalog"],
    },
    { path: "/catalog/:sku/price", methods: ["PUT"], allOf: ["staff"], anyPermission: ["edit:prices", "edit:catalog"] },
    { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/orders", methods: ["POST"], anyOf: ["buyer", "till"] },
    { path: "/orders/:orderId", methods: ["GET"], anyScope: ["read:orders", "read:own-orders"] },
    { path: "/orders/:orderId", methods: ["PATCH"], allOf: ["staff"], scopes: ["write:orders"] },

    // Only with a login of the last minutes, by a second factor.
    {
      path: "/orders/:orderId/refunds",
      methods: ["POST"],
      scopes: ["refund"],
      permissions: ["refund"],
      allOf: ["staff", "recentMfa"],
    },
    { path: "/orders/:orderId/refunds", methods: ["GET"], anyPermission: ["refund", "read:refunds"] },

    // Users see what is theirs; support sees it, too, and changes nothing.
    { path: "/users/:userId/**", methods: ["GET"], anyOf: ["themselves", "support"] },
    { path: "/users/:userId/**", methods: ["PUT", "POST", "DELETE"], allOf: ["themselves"] },
    { path: "/users/:userId", methods: ["DELETE"], allOf: ["themselves"], stepUp: { maxAgeSeconds: 60 } },
    {
      path: "/users/:userId/payout-account",
      methods: ["PUT"],
      allOf: ["themselves"],
      stepUp: {
        acr: ["urn:shop:acr:phishing-resistant", "http://schemas.openid.net/pape/policies/2007/06/multi-factor"],
      },
    },

    // Organisations: their members, and more for their admins.
    { path: "/orgs", methods: ["GET"], organization: true },
    { path: "/orgs/:orgId/**", methods: ["GET"], allOf: ["member"] },
    { path: "/orgs/:orgId/members/**", methods: ["POST", "DELETE"], allOf: ["orgAdmin"] },
    {
      path: "/orgs/:orgId/contract",
      methods: ["PUT"],
      allOf: ["orgAdmin"],
      claims: { [roles]: { containsAll: ["org-admin", "signatory"] }, suspended: { exists: false } },
    },
    { path: "/stores/:store/**", where: { "params.store": { oneOf: { claim: "stores" } } }, scopes: ["manage:stores"] },
    { path: "/pilot/**", organization: ["org_acme", "org_globex"] },

    // Parts of the request beside the path.
    {
      path: "/reports/sales",
      methods: ["GET"],
      scopes: ["read:reports"],
      where: { "query.org": { equals: { claim: "org_id" } }, "query.debug": { exists: false } },
    },
    {
      path: "/payments",
      methods: ["POST"],
      scopes: ["pay"],
      where: { "headers.x-region": { oneOf: ["eu", "us"] }, "headers.x-tenant": { equals: { claim: "org_id" } } },
    },

    // Machines, and partners of another issuer.
    { path: "/inventory/:sku", methods: ["PUT"], principal: "machine", scopes: ["write:inventory"] },
    { path: "/inventory/:sku", methods: ["GET"], anyScope: ["read:inventory", "write:inventory"] },
    { path: "/partners/feed", methods: ["POST"], issuers: [partners], principal: "machine", scopes: ["feed"] },

    // Tokens for the admin API alone.
    {
      path: "/admin/**",
      audience: adminApi,
      allOf: ["staff", "recentMfa"],
      claims: { [roles]: { contains: "admin" } },
    },
    { path: "/admin/status", methods: ["GET"], audience: adminApi, allOf: ["staff"] },

    // On trial: told in the log, and let through.
    { path: "/recommendations", methods: ["GET"], scopes: ["read:recommendations"], report: true },
  ],

  challenge: { realm: "shop", resourceMetadata: "https://api.shop.example/.well-known/oauth-protected-resource" },
  upstream: { headers: { "x-shop-org": "org_id", "x-shop-email": "https://shop.example/email" } },
  cors: { origins: ["https://www.shop.example"] },
})
