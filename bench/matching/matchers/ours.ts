import { parseConfig } from "../../../core/index.ts"
import { compileRoutes, matchRoute, type Rule } from "../../../core/routes.ts"
import { oursName } from "../../peers/ours.ts"
import type { Router, RuleMatcher } from "../matcher.ts"

/** The rules go the way of a policy: parsed, searched for conflicts, compiled. */
export const ours: Router = {
  name: oursName,
  packages: [],
  compile(rules): RuleMatcher<Rule | null> {
    const { rules: parsed } = parseConfig({
      issuers: [{ issuer: "https://acme.eu.auth0.com/", audiences: ["https://api.acme.example"], profile: "auth0" }],
      routes: rules.map(({ method, path }) => ({ path, methods: [method] })),
    })
    const table = compileRoutes(parsed, null)
    return {
      match: (method, path) => matchRoute(table, method, path),
      ruleOf: (found) => (found === null ? -1 : parsed.indexOf(found)),
    }
  },
}
