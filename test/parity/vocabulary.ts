// The words that random policies, tokens and requests are made of: few, so that they meet.

/** What claims that are texts, path parameters and query parameters say. */
export const texts = ["7", "alpha", "org_a", "org_b", "auth0|alice", "a b", "caf\u00e9", "true", "x,y", "a+b"] as const
/** Those that a header can hold as they stand. */
export const headerTexts = ["7", "alpha", "org_a", "org_b", "auth0|alice", "a b", "true"] as const
export const scalars = [...texts, 7, 0, true, false] as const

/** Claims by what they hold, in each way to name one: plain, in an object, a URI, a JSON Pointer. */
export const scalarClaims = [
  "department",
  "level",
  "address.country",
  "https://example.com/plan",
  "/https:~1~1example.com~1app/tier",
] as const
export const listClaims = ["roles", "realm_access.roles", "https://example.com/teams"] as const

export const scopes = ["read:orders", "write:orders", "admin"] as const
export const permissions = ["read:reports", "write:reports", "root"] as const
export const grantTypes = ["password", "client-credentials", "authorization_code"] as const
export const organizations = ["org_a", "org_b"] as const
export const acrValues = ["urn:mfa", "urn:pwd"] as const
export const amrValues = ["pwd", "otp", "mfa"] as const

export const queryNames = ["tenant", "org", "page size"] as const
export const headerNames = ["x-tenant", "x-org-id"] as const

export const literals = ["orders", "users", "orgs", "caf%C3%A9", "a:b", "v1.0"] as const
export const parameters = ["id", "userId", "orgId"] as const
export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const
