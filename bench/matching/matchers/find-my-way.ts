import createRouter, { type HTTPMethod } from "find-my-way"
import type { Router, RuleMatcher } from "../matcher.ts"

export const findMyWay: Router = {
  name: "find-my-way",
  packages: ["find-my-way"],
  compile(rules): RuleMatcher<{ readonly store: unknown } | null> {
    // The others have no limit for a parameter, and are given a long one.
    const router = createRouter({ maxParamLength: 16_384 })
    for (const [index, { method, path }] of rules.entries())
      router.on(method as HTTPMethod, path.replace(/\/\*\*$/, "/*"), () => {}, index)
    return {
      match: (method, path) => router.find(method as HTTPMethod, path),
      ruleOf: (found) => (found === null ? -1 : Number(found.store)),
    }
  },
}
