import { signJws } from "../support/signing-issuer.ts"
import { adminAudience, audience, type Kit, mfa } from "./kit.ts"
import type { Row } from "./row.ts"

const now = Math.floor(Date.now() / 1000)
/** An ordinary token with a claim that is named __proto__. */
const withInherited = (kit: Kit, claims: string) => {
  const json = Buffer.from(kit.token().split(".")[1] ?? "", "base64url").toString()
  const payload = json.replace("{", `{"__proto__":${claims},`)
  return signJws(kit.keys.rsa.privateKey, "RS256", { alg: "RS256", typ: "JWT", kid: "rsa" }, payload)
}

const inOrganisation = { claims: { org_id: "org_a", realm: { plan: 7, orgs: ["org_a", "org_b"] } } }
const users: Row[] = [
  { name: "one's own path", path: "/users/auth0%7Calice", expect: "allow" },
  { name: "below one's own path", path: "/users/auth0%7Calice/orders/7", expect: "allow" },
  {
    name: "one's own path, escaped in lower case",
    path: "/users/auth0%7calice/",
    canonical: "/users/auth0%7Calice/",
    expect: "allow",
  },
  { name: "somebody else's path", path: "/users/auth0%7Cbob", expect: "requirement_unmet" },
  { name: "one's own path below somebody else's", path: "/users/bob/auth0%7Calice", expect: "requirement_unmet" },
  { name: "one's own path in another case", path: "/users/auth0%7CALICE", expect: "requirement_unmet" },
  { name: "the path of nobody, for a subject in a list", path: "/users/undefined", expect: "requirement_unmet" },
  { name: "one of one's organisations", path: "/orgs/org_b", token: inOrganisation, expect: "allow" },
  { name: "another organisation", path: "/orgs/org_c", token: inOrganisation, expect: "requirement_unmet" },
  {
    name: "an organisation that a text holds",
    path: "/orgs/org_a",
    token: { claims: { realm: { orgs: "org_a" } } },
    expect: "requirement_unmet",
  },
]
const queries: Row[] = [
  { name: "one's own organisation in the query", query: "a=1&org=org_a", expect: "allow" },
  { name: "one's own organisation, escaped", query: "%6Frg=org%5Fa", expect: "allow" },
  { name: "another organisation in the query", query: "org=org_b", expect: "requirement_unmet" },
  { name: "no query", expect: "requirement_unmet" },
  { name: "one's own organisation twice", query: "org=org_a&org=org_a", expect: "requirement_unmet" },
  { name: "one's own organisation and another", query: "org=org_b&org=org_a", expect: "requirement_unmet" },
  { name: "one's own organisation and another in capitals", query: "org=org_a&ORG=org_b", expect: "requirement_unmet" },
  { name: "one's own organisation and a list", query: "org=org_a&org[]=org_b", expect: "requirement_unmet" },
  { name: "one's own organisation and an escaped list", query: "org=org_a&org%5B%5D=x", expect: "requirement_unmet" },
  { name: "one's own organisation and a name with a space", query: "org=org_a&org+=x", expect: "requirement_unmet" },
  { name: "one's own organisation and a semicolon", query: "org=org_a;org=org_b", expect: "requirement_unmet" },
  {
    name: "another organisation behind a semicolon",
    query: "a=1;org=org_b&org=org_a",
    expect: "requirement_unmet",
    onceDecoded: "allow",
  },
  {
    name: "a bad escape beside one's own organisation",
    query: "org=org_a&%zz=1",
    expect: "requirement_unmet",
    onceDecoded: "allow",
  },
  { name: "a plus after one's own organisation", query: "org=org_a+", expect: "requirement_unmet" },
].map((row) => ({ path: "/search", token: inOrganisation, looksAtRequest: true, ...row }) as Row)
const requestHeaders: Row[] = [
  { name: "one's own organisation in a header", headers: [["X-Tenant", "org_a"]], expect: "allow" },
  { name: "another organisation in a header", headers: [["X-Tenant", "org_b"]], expect: "requirement_unmet" },
  { name: "no header", expect: "requirement_unmet" },
  {
    name: "a header twice",
    headers: [
      ["X-Tenant", "org_a"],
      ["X-Tenant", "org_a"],
    ],
    expect: "requirement_unmet",
  },
  {
    name: "a header in two spellings",
    headers: [
      ["X-Tenant", "org_a"],
      ["x-tenant", "org_b"],
    ],
    expect: "requirement_unmet",
  },
  {
    name: "a header under an alias, too",
    headers: [
      ["X-Tenant", "org_a"],
      ["X_Tenant", "org_b"],
    ],
    expect: "requirement_unmet",
  },
  { name: "a list in a header", headers: [["X-Tenant", "org_a,org_b"]], expect: "requirement_unmet" },
  { name: "absent, as it should be", path: "/quiet", query: "a=1", expect: "allow" },
  { name: "absent, but for the query", path: "/quiet", query: "debug", expect: "requirement_unmet" },
  { name: "absent, but for two in the query", path: "/quiet", query: "debug=1&debug=1", expect: "requirement_unmet" },
  { name: "absent, but for a header", path: "/quiet", headers: [["x-debug", "1"]], expect: "requirement_unmet" },
  { name: "absent, but for an alias", path: "/quiet", headers: [["X_Debug", "1"]], expect: "requirement_unmet" },
].map((row) => ({ path: "/tenant", token: inOrganisation, looksAtRequest: true, ...row }) as Row)

const callers: Row[] = [
  { name: "claims within claims", path: "/plan", token: inOrganisation, expect: "allow" },
  {
    name: "a text for a number",
    path: "/plan",
    token: { claims: { org_id: "org_a", realm: { plan: "7" } } },
    expect: "requirement_unmet",
  },
  {
    name: "claims that are inherited",
    path: "/plan",
    token: (kit: Kit) => withInherited(kit, '{"realm":{"plan":7},"org_id":"org_a"}'),
    expect: "requirement_unmet",
  },
  { name: "a user", path: "/people", expect: "allow" },
  {
    name: "a machine where a user is wanted",
    path: "/people",
    token: { claims: { sub: "web@clients", gty: "client-credentials" } },
    expect: "requirement_unmet",
  },
  {
    name: "a machine",
    path: "/jobs",
    token: { claims: { sub: "web@clients", gty: "client-credentials" } },
    expect: "allow",
  },
  { name: "a user where a machine is wanted", path: "/jobs", expect: "requirement_unmet" },
  {
    name: "a user who is named like a machine",
    path: "/jobs",
    token: { claims: { sub: "auth0|x@clients" } },
    expect: "requirement_unmet",
  },
  {
    name: "a grant type that is refused",
    path: "/jobs",
    token: { claims: { sub: "web@clients", gty: ["client-credentials", "password"] } },
    expect: "requirement_unmet",
  },
  { name: "an organisation of several", path: "/organised", token: inOrganisation, expect: "allow" },
  { name: "no organisation", path: "/organised", expect: "requirement_unmet" },
  {
    name: "the audience of a rule",
    path: "/admin",
    token: { claims: { aud: [audience, adminAudience] } },
    expect: "allow",
  },
  { name: "the audience of other rules", path: "/admin", expect: "audience_mismatch" },
  {
    name: "the audience of a rule from an issuer that isn't believed for it",
    path: "/admin",
    token: (kit: Kit) =>
      kit.token({
        key: kit.keys.other,
        claims: { iss: kit.other.issuer, aud: ["https://other.example.com", adminAudience] },
      }),
    expect: "audience_mismatch",
  },
  {
    name: "the issuer of a rule",
    path: "/others",
    token: (kit: Kit) =>
      kit.token({ key: kit.keys.other, claims: { iss: kit.other.issuer, aud: "https://other.example.com" } }),
    expect: "allow",
  },
  { name: "the issuer of other rules", path: "/others", expect: "issuer_untrusted" },
]

const staff = { "https://example.com/roles": ["staff"], permissions: ["refund"] }
const authentication: Row[] = [
  {
    name: "authenticated strongly and lately",
    path: "/refunds",
    token: { claims: { ...staff, acr: mfa, auth_time: now - 60 } },
    expect: "allow",
  },
  {
    name: "authenticated too long ago",
    path: "/refunds",
    token: { claims: { ...staff, acr: mfa, auth_time: now - 600 } },
    expect: "authentication_insufficient",
    acrValues: mfa,
    maxAge: "300",
  },
  {
    name: "authenticated in an hour",
    path: "/refunds",
    token: { claims: { ...staff, acr: mfa, auth_time: now + 3600 } },
    expect: "authentication_insufficient",
    acrValues: mfa,
    maxAge: "300",
  },
  {
    name: "authenticated too weakly",
    path: "/refunds",
    token: { claims: { ...staff, acr: "0", auth_time: now } },
    expect: "authentication_insufficient",
    acrValues: mfa,
    maxAge: "300",
  },
  { name: "no method said", path: "/methods", expect: "authentication_insufficient" },
  {
    name: "what nobody may who isn't staff",
    path: "/refunds",
    token: { claims: { permissions: ["refund"] } },
    expect: "requirement_unmet",
  },
  {
    name: "what needs a permission first",
    path: "/refunds",
    token: { claims: { ...staff, permissions: [] } },
    expect: "permission_insufficient",
  },
  { name: "the first of several ways", path: "/either", token: { claims: staff }, expect: "allow" },
  {
    name: "the second of several ways",
    path: "/either",
    token: { claims: { scope: "admin", acr: mfa } },
    expect: "allow",
  },
  {
    name: "the second of several ways, but for how they authenticated",
    path: "/either",
    token: { claims: { scope: "admin" } },
    expect: "authentication_insufficient",
    acrValues: mfa,
  },
  {
    name: "the third of several ways",
    path: "/either",
    query: "org=org_a",
    token: inOrganisation,
    looksAtRequest: true,
    expect: "allow",
  },
  {
    name: "none of several ways",
    path: "/either",
    query: "org=org_b",
    token: inOrganisation,
    expect: "requirement_unmet",
  },
]

const reports: Row[] = [
  {
    name: "a watched rule that is met",
    path: "/watched",
    token: { claims: { ...staff, acr: mfa, auth_time: now } },
    expect: "allow",
  },
  { name: "a watched rule that isn't met", path: "/watched/a", expect: "allow", reported: "requirement_unmet" },
  {
    name: "a watched rule and a weak authentication",
    path: "/watched",
    token: { claims: staff },
    expect: "allow",
    reported: "authentication_insufficient",
  },
  {
    name: "a watched rule without a token",
    path: "/watched",
    token: null,
    expect: "allow",
    reported: "credentials_missing",
  },
  {
    name: "a watched rule and a broken token",
    path: "/watched",
    token: () => "x.y.z",
    expect: "allow",
    reported: "token_malformed",
  },
  {
    name: "a watched rule and an expired token",
    path: "/watched",
    token: { claims: { iat: now - 600, exp: now - 60 } },
    expect: "allow",
    reported: "token_expired",
  },
  {
    name: "a watched rule over the query",
    path: "/watched/search",
    query: "org=x",
    expect: "allow",
    reported: "requirement_unmet",
  },
  {
    name: "a watched rule while the issuer is down",
    policy: "down",
    path: "/watched",
    expect: "allow",
    reported: "keys_unreachable",
  },
  { name: "a path with two readings under a watched rule", path: "/watched/../admin", expect: "path_ambiguous" },
]
/** What a rule can ask beside scopes and permissions, under the policy "conditions". */
export const conditionRows: readonly Row[] = [
  ...users,
  ...queries,
  ...requestHeaders,
  ...callers,
  ...authentication,
  ...reports,
].map((row) => ({ policy: "conditions", ...row }))
