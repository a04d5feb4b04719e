import type { Router as HonoRouter, Result } from "hono/router"
import { RegExpRouter } from "hono/router/reg-exp-router"
import { SmartRouter } from "hono/router/smart-router"
import { TrieRouter } from "hono/router/trie-router"
import type { RouteRule, Router, RuleMatcher } from "../matcher.ts"

/** All the rules in one regular expression for each method, built at the first match. */
export const honoRegExp: Router = {
  name: "hono RegExpRouter",
  packages: ["hono"],
  compile: (rules) => fill(new RegExpRouter<number>(), rules),
}

/** A tree of segments. */
export const honoTrie: Router = {
  name: "hono TrieRouter",
  packages: ["hono"],
  compile: (rules) => fill(new TrieRouter<number>(), rules),
}

/** What `new Hono()` has: the first of the two above that can take the rules. */
export const honoSmart: Router = {
  name: "hono SmartRouter (its default)",
  packages: ["hono"],
  compile: (rules) => fill(new SmartRouter<number>({ routers: [new RegExpRouter(), new TrieRouter()] }), rules),
}

function fill(router: HonoRouter<number>, rules: readonly RouteRule[]): RuleMatcher<Result<number>> {
  for (const [index, { method, path }] of rules.entries()) router.add(method, path.replace(/\/\*\*$/, "/*"), index)
  return {
    match: (method, path) => router.match(method, path),
    ruleOf: ([handlers]) => handlers[0]?.[0] ?? -1,
  }
}
