import type { Router, RuleMatcher } from "../matcher.ts"

/** The platform's own patterns, asked one after the other: it has nothing for a set of them. */
export const urlPattern: Router = {
  name: "URLPattern, one by one",
  packages: [],
  compile(rules): RuleMatcher<number> {
    const patterns = rules.map(({ method, path }) => ({
      method,
      pattern: new URLPattern({ pathname: path.replace(/\/\*\*$/, "/*") }),
    }))
    return {
      match: (method, path) =>
        patterns.findIndex((rule) => rule.method === method && rule.pattern.test({ pathname: path })),
      ruleOf: (found) => found,
    }
  },
}
