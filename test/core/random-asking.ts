import fc from "fast-check"
import { headerNames, queryNames } from "./random-requirement.ts"
import { nowSeconds as now } from "./standing-issuer.ts"

/** One part of a query or one header, as it is sent and as it is meant. */
export interface SentPart {
  readonly sent: string
  /** The parameter that some servers take it for. */
  readonly name: string
  /** What all servers read; null where they don't agree. */
  readonly value: string | null
}

/** What a token and a request say, and what they mean. */
export interface Situation {
  readonly claims: Readonly<Record<string, unknown>>
  /** What the claims make of the caller. */
  readonly kind: "user" | "machine" | "unclear"
  readonly segments: readonly { readonly sent: string; readonly value: string }[]
  /** Null for a query, and headers, that the edge wasn't shown. */
  readonly query: readonly SentPart[] | null
  readonly headers: readonly SentPart[]
}

const text = fc.constantFrom("a", "b", "7", "auth0|alice", "")
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      ...[7, 0, -0, true, false, null, undefined],
      ["a"],
      ["a", "b"],
      ["7", "auth0|alice"],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>([], {}, [7, true], [["a"]], [""], [null], { a: "a" }, { 0: "a", length: 1 }),
  },
)

const callers = fc.constantFrom<{ kind: Situation["kind"]; claims: object }>(
  { kind: "user", claims: { sub: "auth0|alice", azp: "web" } },
  { kind: "user", claims: { sub: "a", azp: "web", gty: "password" } },
  { kind: "user", claims: { sub: "b", client_id: "web", sub_profile: "user" } },
  { kind: "machine", claims: { sub: "web@clients", azp: "web", gty: ["client-credentials"] } },
  { kind: "machine", claims: { sub: "7", client_id: "7" } },
  { kind: "unclear", claims: { sub: "x@clients", azp: "web" } },
  { kind: "unclear", claims: { sub: "a", azp: "web", preferred_username: "service-account-web" } },
)

const claims = fc.record({
  plain: value,
  org_id: value,
  realm: fc.oneof(fc.record({ roles: value }), value),
  "https://example.com/roles.v1": value,
  "https://example.com/app": fc.oneof(fc.record({ "tier~": value }), value),
  constructor: fc.oneof(fc.record({ name: value }), fc.constant(undefined)),
  scope: fc.constantFrom("", "read", "write", "read write", ["write", "read"]),
  permissions: fc.constantFrom(undefined, [], ["read"], ["read", "write"]),
  acr: fc.constantFrom<unknown>(undefined, "mfa", "pin", ["mfa"]),
  amr: fc.constantFrom<unknown>(undefined, ["otp"], ["pwd", "otp"], "pwd", []),
  auth_time: fc.constantFrom<unknown>(
    undefined,
    now,
    now - 5,
    now - 6,
    now - 65,
    now - 66,
    now + 5,
    now + 6,
    String(now),
  ),
  aud: fc.constantFrom<unknown>("https://api.example.com", ["https://api.example.com", "https://admin.example.com"]),
})

const segment = fc.constantFrom(
  { sent: "a", value: "a" },
  { sent: "%61", value: "a" },
  { sent: "7", value: "7" },
  { sent: "auth0%7calice", value: "auth0|alice" },
  { sent: "auth0%7Calice", value: "auth0|alice" },
  { sent: "b%20", value: "b " },
  { sent: "undefined", value: "undefined" },
)

const sentValue = fc.constantFrom(
  { sent: "a", value: "a" },
  { sent: "%62", value: "b" },
  { sent: "7", value: "7" },
  { sent: "auth0|alice", value: "auth0|alice" },
  { sent: "auth0%7Calice", value: "auth0|alice" },
  { sent: "", value: "" },
  { sent: "a+", value: null },
  { sent: "%zz", value: null },
)
/** Spellings of a name: the first is the one that all servers take for it. */
const spellings: Readonly<Record<(typeof queryNames)[number], readonly [string, ...string[]]>> = {
  org: ["org", "org", "org", "ORG", "org[]", "org.id", "org%20", "+org"],
  "page size": ["page%20size", "page%20size", "page%20size", "page+size", "page_size", "page.size", "Page%20Size"],
}
const queryPart = fc
  .tuple(fc.constantFrom(...queryNames), fc.nat(), sentValue)
  .map(([name, choice, { sent, value }]): SentPart => {
    const spelling = spellings[name][choice % spellings[name].length] as string
    return { sent: `${spelling}=${sent}`, name, value: spelling === spellings[name][0] ? value : null }
  })
const otherPart = fc
  .constantFrom("", "x=1", "orgs=a", "xorg=b")
  .map((sent): SentPart => ({ sent, name: "", value: "" }))

const headerPart = fc
  .tuple(fc.constantFrom(...headerNames), fc.nat(3), fc.constantFrom("a", "b", "7", "auth0|alice", "", "a, a", "a,b"))
  .map(([name, choice, sent]): SentPart => {
    const isAlias = choice === 0
    return {
      sent: `${isAlias ? name.replace("-", "_") : name}: ${sent}`,
      name,
      value: isAlias || sent.includes(",") ? null : sent,
    }
  })

/** A situation in which anything may be the case. */
export const anySituation: fc.Arbitrary<Situation> = fc
  .record({
    caller: callers,
    claims,
    segments: fc.tuple(segment, segment),
    query: fc.option(fc.array(fc.oneof({ weight: 3, arbitrary: queryPart }, otherPart), { maxLength: 3 }), { freq: 8 }),
    headers: fc.uniqueArray(headerPart, { maxLength: 2, selector: ({ sent }) => sent.split(":")[0] }),
  })
  .map(({ caller, claims: others, ...request }) => ({
    ...request,
    kind: caller.kind,
    claims: { ...others, ...caller.claims },
  }))
