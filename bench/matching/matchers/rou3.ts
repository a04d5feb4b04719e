import { addRoute, createRouter, findRoute } from "rou3"
import type { Router, RuleMatcher } from "../matcher.ts"

export const rou3: Router = {
  name: "rou3",
  packages: ["rou3"],
  compile(rules): RuleMatcher<{ readonly data: number } | undefined> {
    const router = createRouter<number>()
    for (const [index, { method, path }] of rules.entries()) addRoute(router, method, path, index)
    return {
      match: (method, path) => findRoute(router, method, path),
      ruleOf: (found) => found?.data ?? -1,
    }
  },
}
