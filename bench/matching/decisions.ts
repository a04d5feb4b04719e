import { type Authorizer, createAuthorizer, loadKeySet, type RequirementInput } from "../../core/index.ts"
import { makeIssuer, mintToken, settingsFor } from "../tokens.ts"
import type { RuleMatcher } from "./matcher.ts"
import { makeRules } from "./requests.ts"

/** What each rule of a group asks for, beside a valid token; the token of the requests has it all. */
const asked: readonly RequirementInput[] = [
  { scopes: ["read:orders"], claims: { org_id: { equals: "org_acme" } } },
  { allOf: ["members"], anyPermission: ["write:orders", "notes:orders"] },
  { allOf: ["members"], where: { "query.tenant": { equals: { claim: "org_id" } } } },
  { where: { "params.id": { exists: true }, "query.tenant": { exists: true } }, refusedGrantTypes: ["password"] },
  { anyOf: [{ scopes: ["admin"] }, { claims: { "https://acme.example/roles": { contains: "editor" } } }] },
]
const claims = { org_id: "org_acme", "https://acme.example/roles": ["viewer", "editor"] }

/**
 * Whole decisions in the place of matches: path, rule, token and conditions. The token is one that is remembered, since a check of
 * its signature takes a hundred times as long as all of this.
 */
export async function decisionsUnder(ruleCount: number): Promise<RuleMatcher<string | null>> {
  const issuer = makeIssuer("ES256")
  const { issuer: name, audience, keySet } = settingsFor(issuer, "node")
  const rules = makeRules(ruleCount)
  const get = async () => ({ status: 200, body: JSON.stringify(keySet) })
  const authorizer = createAuthorizer(
    {
      issuers: [{ issuer: name, audiences: [audience], algorithms: ["ES256"], profile: "auth0" }],
      requirements: { members: { principal: "user", organization: "org_acme" } },
      routes: rules.map(({ method, path }, index) => ({ path, methods: [method], ...asked[index % asked.length] })),
    },
    { now: () => Date.now(), loadKeySet: (source) => loadKeySet(source, get, Date.now()) },
  )
  const headers = { authorization: `Bearer ${mintToken(issuer, claims)}` }
  await becomeKnown(authorizer, headers)
  const ruleOf = new Map(rules.map(({ method, path }, index) => [`${method} ${path}`, index]))
  return {
    match(method, path) {
      const decision = authorizer.decide({ method, path, query: "page=2&tenant=org_acme", headers })
      if (decision instanceof Promise) throw new Error("the token was not remembered")
      if (decision.outcome === "refuse" && decision.reason !== "route_unknown") throw new Error(decision.reason)
      return decision.rule
    },
    ruleOf: (found) => (found === null ? -1 : (ruleOf.get(found) ?? -1)),
  }
}

/** A token is remembered when it comes for the second time. */
async function becomeKnown(authorizer: Authorizer, headers: { readonly authorization: string }): Promise<void> {
  for (let time = 0; time < 2; time++) await authorizer.authorize({ method: "GET", path: "/v1/things0", headers })
}
