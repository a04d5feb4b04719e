import { createHmac, createPublicKey } from "node:crypto"
import { base64url, signJws } from "../support/signing-issuer.ts"
import { conditionRows } from "./condition-rows.ts"
import { audience, type Kit, userinfo } from "./kit.ts"
import type { Row } from "./row.ts"

const now = Math.floor(Date.now() / 1000)
const swap = (text: string, part: number, change: (part: string) => string) =>
  text
    .split(".")
    .map((value, index) => (index === part ? change(value) : value))
    .join(".")
/** Sets a bit that base64url leaves unused at the end of 256 bytes: another spelling of the same signature. */
const respell = (part: string) => part.slice(0, -1) + { A: "B", Q: "R", g: "h", w: "x" }[part.at(-1) ?? ""]
const pem = (kit: Kit) => createPublicKey(kit.keys.rsa.privateKey).export({ type: "spki", format: "pem" })
const hs256 = (kit: Kit, secret: string | Buffer) => {
  const signed = kit
    .token({ header: { alg: "HS256" } })
    .split(".")
    .slice(0, 2)
    .join(".")
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`
}
const rawPayload = (kit: Kit, change: (json: string) => string) => {
  const json = Buffer.from(kit.token().split(".")[1] ?? "", "base64url").toString()
  return signJws(kit.keys.rsa.privateKey, "RS256", { alg: "RS256", typ: "JWT", kid: "rsa" }, change(json))
}

const allowed: Row[] = [
  { name: "a token with the scope", expect: "allow" },
  { name: "the scope among others", token: { claims: { scope: "a read:orders b" } }, expect: "allow" },
  { name: "audience in a list", token: { claims: { aud: [audience, userinfo] } }, expect: "allow" },
  { name: "typ at+jwt", token: { header: { typ: "at+jwt" } }, expect: "allow" },
  { name: "typ application/at+jwt in another case", token: { header: { typ: "Application/AT+JWT" } }, expect: "allow" },
  { name: "no typ", token: { header: { typ: undefined } }, expect: "allow" },
  {
    name: "no kid, where one key fits",
    token: (kit) => kit.token({ header: { kid: undefined }, alg: "ES384", key: kit.keys.p384 }),
    expect: "allow",
  },
  { name: "fractional iat", token: { claims: { iat: now - 0.5 } }, expect: "allow" },
  { name: "expired within the tolerance", token: { claims: { iat: now - 60, exp: now } }, expect: "allow" },
  { name: "scheme in capitals, two spaces", authorization: (token) => [`BEARER  ${token}`], expect: "allow" },
  { name: "a public route without a token", path: "/health", token: null, expect: "allow" },
  { name: "a public route with a broken token", path: "/health", token: () => "x.y.z", expect: "allow" },
  { name: "a public route while the issuer is down", policy: "down", path: "/health", token: null, expect: "allow" },
  { name: "HEAD where GET is covered", method: "HEAD", expect: "allow" },
  { name: "a trailing slash", path: "/orders/", expect: "allow" },
  { name: "an escaped unreserved character", path: "/%6Frders", canonical: "/orders", expect: "allow" },
  { name: "an escape in lower case", path: "/orders/%c3%a9", canonical: "/orders/%C3%A9", expect: "allow" },
  { name: "a colon in the path", path: "/orders/a:b", expect: "allow" },
  { name: "one of several scopes", path: "/orders/7", token: { claims: { scope: "admin" } }, expect: "allow" },
  {
    name: "all permissions",
    method: "DELETE",
    path: "/orders/7",
    token: { claims: { permissions: ["write:orders", "delete:orders"] } },
    expect: "allow",
  },
  {
    name: "one of several permissions",
    path: "/reports/a/b",
    token: { claims: { permissions: ["admin"] } },
    expect: "allow",
  },
  {
    name: "the folder of an open pattern",
    path: "/reports",
    token: { claims: { permissions: ["admin"] } },
    expect: "allow",
  },
  { name: "no routes at all", policy: "default", path: "/anything/at/all", method: "PATCH", expect: "allow" },
  { name: "uncovered, under unmatched: authenticated", policy: "open", path: "/anything", expect: "allow" },
  {
    name: "a machine's token",
    token: { claims: { sub: "m2m@clients", azp: "m2m", gty: "client-credentials" } },
    expect: "allow",
  },
  {
    name: "RFC 9068, complete",
    policy: "rfc9068",
    token: { header: { typ: "at+jwt" }, claims: { client_id: "c", jti: "1" } },
    expect: "allow",
  },
  {
    name: "scopes in a list, in a claim of the issuer's choice",
    policy: "oidc",
    token: { claims: { scope: undefined, scp: ["read:orders"] } },
    expect: "allow",
  },
  {
    name: "the second issuer's own token, through discovery",
    policy: "two",
    token: (kit) =>
      kit.token({ key: kit.keys.other, claims: { iss: kit.other.issuer, aud: "https://other.example.com" } }),
    expect: "allow",
  },
  { name: "a lifetime within the limit", policy: "short", expect: "allow" },
]

const signedWith = (alg: string, key: "rsa" | "p256" | "p384" | "p521" | "ed25519"): Row => ({
  name: `signed with ${alg}`,
  token: (kit) => kit.token({ alg, key: kit.keys[key] }),
  expect: "allow",
})
const algorithms: Row[] = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map((alg) => signedWith(alg, "rsa")),
  signedWith("ES256", "p256"),
  signedWith("ES384", "p384"),
  signedWith("ES512", "p521"),
  signedWith("EdDSA", "ed25519"),
  signedWith("Ed25519", "ed25519"),
]

const paths: Row[] = [
  ...[
    "/orders/../health",
    "/orders/%2e%2e/health",
    "/orders/%2E./x",
    "/orders//7",
    "/orders/a%2Fb",
    "/orders/a%2f..",
    "/orders/a%5Cb",
  ],
  ...[
    "/orders/a\\b",
    "/health;x=1",
    "/health%3Bx",
    "/orders/%00",
    "/orders/%0d%0aX",
    "/orders/%252e",
    "/orders/%252F",
    "/orders/%E9",
  ],
  ...["/orders/%", "/orders/%zz", "/orders/*", "/orders/\u0024{x}", "/."],
].map((path): Row => ({ name: `path ${path}`, path, expect: "path_ambiguous" }))

const routes: Row[] = [
  { name: "a path that no rule covers", path: "/admin", expect: "route_unknown" },
  { name: "a path in another case", path: "/Orders", expect: "route_unknown" },
  { name: "a method that no rule covers", method: "DELETE", expect: "route_unknown" },
  {
    name: "a method beside those that the rule names",
    policy: "trace",
    path: "/x",
    method: "GET",
    expect: "route_unknown",
  },
  { name: "an invented method", policy: "default", method: "PROPFIND", expect: "route_unknown" },
  {
    name: "the more specific rule decides",
    path: "/orders/latest",
    expect: "scope_insufficient",
    scope: "read:latest",
  },
  {
    name: "another method falls to the rule that covers it",
    path: "/reports/2026",
    method: "PUT",
    expect: "permission_insufficient",
  },
  {
    name: "the more specific rule decides below an open one",
    path: "/reports/2026",
    token: { claims: { permissions: ["admin"] } },
    expect: "scope_insufficient",
    scope: "read:years",
  },
]

const credentials: Row[] = [
  { name: "no Authorization header", token: null, expect: "credentials_missing" },
  { name: "another scheme", authorization: () => ["Basic dTpw"], expect: "credentials_missing" },
  { name: "a token without a scheme", authorization: (token) => [token], expect: "credentials_missing" },
  {
    name: "the scheme DPoP, which is not asked for",
    authorization: (token) => [`DPoP ${token}`],
    expect: "credentials_missing",
  },
  { name: "a scheme without a token", authorization: () => ["Bearer"], expect: "credentials_malformed" },
  {
    name: "two tokens after one scheme",
    authorization: (token) => [`Bearer ${token} ${token}`],
    expect: "credentials_malformed",
  },
  { name: "a token in quotes", authorization: (token) => [`Bearer "${token}"`], expect: "credentials_malformed" },
  {
    name: "two Authorization headers",
    authorization: (token) => [`Bearer ${token}`, `Bearer ${token}`],
    expect: "credentials_multiple",
  },
  {
    name: "two schemes in two headers",
    authorization: (token) => ["Basic dTpw", `Bearer ${token}`],
    expect: "credentials_multiple",
  },
]

const malformed: Row[] = [
  { name: "an opaque token", token: () => "8f3b2c", expect: "token_malformed" },
  { name: "two parts", token: (kit) => kit.token().split(".").slice(0, 2).join("."), expect: "token_malformed" },
  { name: "an empty signature", token: (kit) => swap(kit.token(), 2, () => ""), expect: "token_malformed" },
  { name: "five parts, as a JWE", token: (kit) => `${kit.token()}.a.b`, expect: "token_malformed" },
  { name: "only dots", token: () => ".".repeat(4000), expect: "token_malformed" },
  { name: "padding", token: (kit) => `${kit.token()}==`, expect: "token_malformed" },
  {
    name: "another spelling of the signature",
    token: (kit) => swap(kit.token(), 2, respell),
    expect: "token_malformed",
  },
  {
    name: "base64 with + and /",
    token: (kit) => swap(kit.token(), 1, (part) => `${part.slice(0, -4)}+/+/`),
    expect: "token_malformed",
  },
  {
    name: "a header that is no JSON",
    token: (kit) => swap(kit.token(), 0, () => base64url("{alg:RS256}")),
    expect: "token_malformed",
  },
  {
    name: "a header that is a list",
    token: (kit) => swap(kit.token(), 0, () => base64url("[]")),
    expect: "token_malformed",
  },
  {
    name: "a header that is not UTF-8",
    token: (kit) => swap(kit.token(), 0, () => base64url(new Uint8Array([0x7b, 0xff, 0x7d]))),
    expect: "token_malformed",
  },
  {
    name: "a name that stands twice",
    token: (kit) => rawPayload(kit, (json) => json.replace("{", '{"sub":"auth0|root",')),
    expect: "token_malformed",
  },
  {
    name: "a name that stands twice, once escaped",
    token: (kit) => rawPayload(kit, (json) => json.replace("{", '{"s\\u0075b":"auth0|root",')),
    expect: "token_malformed",
  },
  {
    name: "JSON nested deep",
    token: (kit) => rawPayload(kit, (json) => json.replace("{", `{"x":${"[".repeat(99)}${"]".repeat(99)},`)),
    expect: "token_malformed",
  },
  { name: "kid as a number", token: { header: { kid: 7 } }, expect: "token_malformed" },
  { name: "kid as a payload", token: { header: { kid: "../".repeat(200) } }, expect: "token_malformed" },
  { name: "more than 16 KiB", token: { claims: { pad: "x".repeat(16_384) } }, expect: "token_too_large" },
]

const headers: Row[] = [
  {
    name: "alg none",
    token: (kit) => swap(kit.token({ header: { alg: "none" } }), 2, () => "AA"),
    expect: "algorithm_not_allowed",
  },
  { name: "alg NoNe", token: { header: { alg: "NoNe" } }, expect: "algorithm_not_allowed" },
  { name: "alg missing", token: { header: { alg: undefined } }, expect: "token_malformed" },
  { name: "alg in another case", token: { header: { alg: "rs256" } }, expect: "algorithm_not_allowed" },
  {
    name: "HS256 with the public key as secret",
    token: (kit) => hs256(kit, pem(kit)),
    expect: "algorithm_not_allowed",
  },
  {
    name: "HS256 with the public key in DER as secret",
    token: (kit) => hs256(kit, createPublicKey(kit.keys.rsa.privateKey).export({ type: "spki", format: "der" })),
    expect: "algorithm_not_allowed",
  },
  {
    name: "HS256 with the JWK as secret",
    token: (kit) => hs256(kit, JSON.stringify(kit.keys.rsa.jwk)),
    expect: "algorithm_not_allowed",
  },
  {
    name: "an algorithm that this issuer may not use",
    policy: "default",
    token: { header: { alg: "PS256" }, alg: "PS256" },
    expect: "algorithm_not_allowed",
  },
  { name: "crit", token: { header: { crit: ["exp"] } }, expect: "critical_header" },
  { name: "crit, empty", token: { header: { crit: [] } }, expect: "critical_header" },
  { name: "b64 false", token: { header: { b64: false } }, expect: "critical_header" },
  { name: "a DPoP proof", token: { header: { typ: "dpop+jwt" } }, expect: "token_type" },
  { name: "a logout token by its typ", token: { header: { typ: "logout+jwt" } }, expect: "token_type" },
  { name: "typ that is no string", token: { header: { typ: ["JWT"] } }, expect: "token_type" },
  {
    name: "typ JWT under RFC 9068",
    policy: "rfc9068",
    token: { claims: { client_id: "c", jti: "1" } },
    expect: "token_type",
  },
]

const kinds: Row[] = [
  { name: "an ID token, by its nonce", token: { claims: { nonce: "n" } }, expect: "token_type" },
  { name: "an ID token, by its at_hash", token: { claims: { at_hash: "h" } }, expect: "token_type" },
  {
    name: "an ID token, by what it lacks",
    token: { claims: { azp: undefined, scope: undefined } },
    expect: "token_type",
  },
  {
    name: "a logout token, by its events",
    token: { claims: { events: { "http://schemas.openid.net/event/backchannel-logout": {} } } },
    expect: "token_type",
  },
]

const issuers: Row[] = [
  { name: "another issuer", token: { claims: { iss: "https://evil.example/" } }, expect: "issuer_untrusted" },
  {
    name: "an issuer without its slash",
    token: (kit) => kit.token({ claims: { iss: kit.issuer.issuer.slice(0, -1) } }),
    expect: "issuer_untrusted",
  },
  {
    name: "an issuer in capitals",
    token: (kit) => kit.token({ claims: { iss: kit.issuer.issuer.toUpperCase() } }),
    expect: "issuer_untrusted",
  },
  {
    name: "issuers in a list",
    token: (kit) => kit.token({ claims: { iss: [kit.issuer.issuer] } }),
    expect: "issuer_untrusted",
  },
  { name: "no issuer", token: { claims: { iss: undefined } }, expect: "issuer_untrusted" },
  {
    name: "the other issuer's name over our signature",
    policy: "two",
    token: (kit) => kit.token({ claims: { iss: kit.other.issuer, aud: "https://other.example.com" } }),
    expect: "signature_invalid",
  },
  {
    name: "the first issuer's audience from the second",
    policy: "two",
    token: (kit) => kit.token({ key: kit.keys.other, claims: { iss: kit.other.issuer } }),
    expect: "audience_mismatch",
  },
]

const signatures: Row[] = [
  {
    name: "a payload changed after signing",
    token: (kit) =>
      swap(kit.token(), 1, (part) => base64url(Buffer.from(part, "base64url").toString().replace("alice", "mallory"))),
    expect: "signature_invalid",
  },
  {
    name: "another key under a known kid",
    token: (kit) => kit.token({ key: kit.keys.other }),
    expect: "signature_invalid",
  },
  {
    name: "ES256 with r = s = 0",
    token: (kit) => swap(kit.token({ key: kit.keys.p256, alg: "ES256" }), 2, () => base64url(new Uint8Array(64))),
    expect: "signature_invalid",
  },
  {
    name: "ES256 of the wrong length",
    token: (kit) =>
      swap(kit.token({ key: kit.keys.p256, alg: "ES256" }), 2, () => base64url(new Uint8Array(63).fill(1))),
    expect: "signature_invalid",
  },
  {
    name: "Ed25519 of the wrong length",
    token: (kit) =>
      swap(kit.token({ key: kit.keys.ed25519, alg: "EdDSA" }), 2, () => base64url(new Uint8Array(63).fill(1))),
    expect: "signature_invalid",
  },
  { name: "an unknown kid", token: (kit) => kit.token({ key: kit.keys.unpublished }), expect: "key_unknown" },
  { name: "kid __proto__", token: { header: { kid: "__proto__" } }, expect: "key_unknown" },
  { name: "no kid, where several keys fit", token: { header: { kid: undefined } }, expect: "key_unknown" },
  {
    name: "a key that is for encryption",
    token: (kit) => kit.token({ key: kit.keys.encryption }),
    expect: "key_unknown",
  },
  { name: "an RSA key of 1024 bits", token: (kit) => kit.token({ key: kit.keys.weak }), expect: "key_unknown" },
  {
    name: "a key of another algorithm",
    token: (kit) => kit.token({ key: kit.keys.rs256, alg: "PS256" }),
    expect: "key_unknown",
  },
  {
    name: "a key in the header",
    token: (kit) =>
      kit.token({
        key: kit.keys.unpublished,
        header: { kid: "x", jwk: kit.keys.unpublished.jwk, jku: "https://evil.example" },
      }),
    expect: "key_unknown",
  },
]

const times: Row[] = [
  { name: "expired", token: { claims: { iat: now - 600, exp: now - 60 } }, expect: "token_expired" },
  { name: "nbf in an hour", token: { claims: { nbf: now + 3600 } }, expect: "token_not_yet_valid" },
  { name: "iat in an hour", token: { claims: { iat: now + 3600, exp: now + 7200 } }, expect: "token_not_yet_valid" },
  {
    name: "a lifetime over the limit",
    policy: "short",
    token: { claims: { exp: now + 3600 } },
    expect: "token_lifetime",
  },
  { name: "exp missing", token: { claims: { exp: undefined } }, expect: "claim_missing" },
  { name: "exp as a string", token: { claims: { exp: String(now + 300) } }, expect: "claim_invalid" },
  { name: "exp null", token: { claims: { exp: null } }, expect: "claim_invalid" },
  { name: "exp in milliseconds", token: { claims: { exp: (now + 300) * 1000 } }, expect: "claim_invalid" },
  {
    name: "exp beyond all numbers",
    token: (kit) => rawPayload(kit, (json) => json.replace(/"exp":\d+/, '"exp":1e999')),
    expect: "claim_invalid",
  },
  { name: "exp negative", token: { claims: { exp: -1 } }, expect: "claim_invalid" },
  { name: "nbf as a list", token: { claims: { nbf: [now] } }, expect: "claim_invalid" },
]

const claims: Row[] = [
  { name: "another audience", token: { claims: { aud: "https://other.example" } }, expect: "audience_mismatch" },
  { name: "a longer audience", token: { claims: { aud: `${audience}.evil` } }, expect: "audience_mismatch" },
  { name: "a shorter audience", token: { claims: { aud: audience.slice(0, -1) } }, expect: "audience_mismatch" },
  { name: "an audience in capitals", token: { claims: { aud: audience.toUpperCase() } }, expect: "audience_mismatch" },
  { name: "an empty list of audiences", token: { claims: { aud: [] } }, expect: "audience_mismatch" },
  { name: "audiences nested", token: { claims: { aud: [[audience]] } }, expect: "claim_invalid" },
  { name: "audience as an object", token: { claims: { aud: { [audience]: true } } }, expect: "claim_invalid" },
  { name: "no audience", token: { claims: { aud: undefined } }, expect: "claim_missing" },
  { name: "no subject", token: { claims: { sub: undefined } }, expect: "claim_missing" },
  { name: "an empty subject", token: { claims: { sub: "" } }, expect: "claim_invalid" },
  {
    name: "RFC 9068 without jti",
    policy: "rfc9068",
    token: { header: { typ: "at+jwt" }, claims: { client_id: "c" } },
    expect: "claim_missing",
  },
  { name: "scope as a number", token: { claims: { scope: 7 } }, expect: "claim_invalid" },
  { name: "permissions with an object", token: { claims: { permissions: [{ all: true }] } }, expect: "claim_invalid" },
  { name: "bound to a key by DPoP", token: { claims: { cnf: { jkt: "x" } } }, expect: "binding_missing" },
  { name: "bound to a certificate", token: { claims: { cnf: { "x5t#S256": "x" } } }, expect: "binding_missing" },
]

const requirements: Row[] = [
  { name: "no scope", token: { claims: { scope: undefined } }, expect: "scope_insufficient", scope: "read:orders" },
  {
    name: "a longer scope",
    token: { claims: { scope: "read:orders2" } },
    expect: "scope_insufficient",
    scope: "read:orders",
  },
  { name: "one of two scopes", method: "POST", expect: "scope_insufficient", scope: "read:orders write:orders" },
  {
    name: "none of several scopes",
    path: "/orders/7",
    token: { claims: { scope: "x" } },
    expect: "scope_insufficient",
    scope: "read:orders",
  },
  {
    name: "one of two permissions",
    method: "DELETE",
    path: "/orders/7",
    token: { claims: { permissions: ["delete:orders"] } },
    expect: "permission_insufficient",
  },
  {
    name: "permissions as scopes",
    method: "DELETE",
    path: "/orders/7",
    token: { claims: { scope: "delete:orders write:orders" } },
    expect: "permission_insufficient",
  },
  { name: "none of several permissions", path: "/reports/x/y", expect: "permission_insufficient" },
  {
    name: "the scope in a claim that is not the issuer's",
    policy: "oidc",
    expect: "scope_insufficient",
    scope: "read:orders",
  },
]

const faults: Row[] = [
  { name: "an issuer that is down", policy: "down", expect: "keys_unreachable" },
  { name: "no token, while the issuer is down", policy: "down", token: null, expect: "credentials_missing" },
  { name: "a key set without keys", policy: "no-keys", expect: "keys_invalid" },
  {
    name: "a discovery document of another issuer",
    policy: "wrong-discovery",
    token: (kit) => kit.token({ claims: { iss: `${kit.issuer.issuer}tenant` } }),
    expect: "keys_invalid",
  },
]

/** The table: every later capability adds its rows here. */
export const rows: readonly Row[] = [
  ...allowed,
  ...algorithms,
  ...paths,
  ...routes,
  ...credentials,
  ...malformed,
  ...headers,
  ...kinds,
  ...issuers,
  ...signatures,
  ...times,
  ...claims,
  ...requirements,
  ...conditionRows,
  ...faults,
]
