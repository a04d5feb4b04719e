import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { findHiddenRules } from "../../core/hidden-rules.ts"
import { ConfigError, parseConfig } from "../../core/index.ts"
import { parsePathPattern } from "../../core/path-pattern.ts"
import { noRequirement } from "../../core/requirement.ts"
import { findConflicts } from "../../core/route-conflicts.ts"
import { compileRoutes, matchRoute, type Rule } from "../../core/routes.ts"

/** "GET,POST /a": the methods may be left out. */
function rule(name: string): Rule {
  const [path = "", methods] = name.split(" ").reverse()
  const pattern = parsePathPattern(path)
  if ("problem" in pattern) throw new Error(`${path}: ${pattern.problem}`)
  return {
    name,
    pattern,
    methods: methods?.split(",") ?? null,
    access: "token",
    report: false,
    requirement: noRequirement,
  }
}
const hiddenAmong = (...names: string[]) =>
  findHiddenRules(names.map(rule)).map(({ rule: { name }, behind }) => [name, ...behind.map((one) => one.name)])

const standard = "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS"

describe("is hidden", () => {
  test.each<[hidden: string, ...behind: string[]]>([
    ["/a/**", "/a", "/a/:x/**"],
    ["/**", "/", "/:x/**"],
    ["/a/**", "/a", "/a/:x", "/a/:x/:y/**"],
    ["/a/**", "/a", "/a/:x", "/a/:x/:y", "/a/:x/:y/:z/**"],
    ["/a", `${standard} /a`],
    ["/a/:x", "GET,POST,PUT,PATCH,DELETE,OPTIONS /a/:x"],
    ["/a", "GET /a", "HEAD /a", "POST,PUT,PATCH /a", "DELETE,OPTIONS /a"],
    ["GET /a/**", "/a", "/a/:x/**"],
    ["GET /a/**", "GET /a", "GET,PUT /a/:x/**"],
    ["GET,POST /a/**", "GET /a", "GET /a/:x/**", "POST /a", "POST /a/:x/**"],
    ["HEAD /a/**", "HEAD /a", "GET /a/:x/**"],
    ["TRACE /a/**", "TRACE /a", "TRACE /a/:x/**"],
  ])("%s by %s", (hidden, ...behind) => {
    for (const names of [
      [hidden, ...behind],
      [...behind, hidden],
    ]) {
      const [found, ...others] = hiddenAmong(...names)
      expect(others).toEqual([])
      expect(found?.[0]).toBe(hidden)
      expect(found?.slice(1).sort()).toEqual(behind.toSorted())
    }
  })
})

describe("is not hidden", () => {
  test.each<string[]>([
    ["/a/**", "/a"],
    ["/a/**", "/a/:x/**"],
    ["/a/**", "/a", "/a/b/**"],
    ["/a/**", "/a", "/a/:x", "/a/:x/b/**"],
    ["/a/**", "/a", "/a/:x/:y/**"],
    ["/a/:x", "/a/b", "/a/c"],
    ["/a/:x", "/a/:x/**", "/a/b"],
    ["/a/**", "GET /a", "/a/:x/**"],
    ["GET /a/**", "HEAD /a", "/a/:x/**"],
    ["/a", "GET,HEAD,POST,PUT,PATCH,DELETE /a"],
    ["TRACE,GET /a/**", "/a", "/a/:x/**"],
    ["GET /a", "HEAD /a"],
    ["/**"],
    ["/"],
  ])("%s", (...names) => {
    expect(hiddenAmong(...names)).toEqual([])
  })
})

const paths = fc
  .tuple(fc.array(fc.constantFrom("/a", "/:p"), { maxLength: 3 }), fc.boolean())
  .map(([segments, open]) => segments.join("") + (open ? "/**" : "") || "/")
const methods = fc.constantFrom("", "", "", "GET ", "HEAD ", "POST,GET ", `${standard} `, "TRACE ")
const someRules = fc
  .uniqueArray(fc.tuple(methods, paths), { selector: ([method, path]) => method + path, maxLength: 8 })
  .map((pairs) => pairs.map(([method, path]) => rule(method + path)))
  .filter((rules) => findConflicts(rules).length === 0)

// "z" and one segment more than any pattern has stand for all other paths.
const deeper = (above: readonly string[]) => above.flatMap((path) => [`${path}/a`, `${path}/z`])
const levels = [[""], deeper([""]), deeper(deeper([""])), deeper(deeper(deeper([""])))]
const everyPath = ["/", ...levels.flatMap(deeper)]
const everyMethod = [...standard.split(","), "TRACE"]

test("a rule is hidden if, and only if, no request comes to it", () => {
  let hidden = 0
  fc.assert(
    fc.property(someRules, (rules) => {
      const table = compileRoutes(rules, null)
      const reached = new Set(everyMethod.flatMap((method) => everyPath.map((path) => matchRoute(table, method, path))))
      const unreached = rules.filter((one) => !reached.has(one)).map(({ name }) => name)
      hidden += unreached.length
      expect(findHiddenRules(rules).map(({ rule: { name } }) => name)).toEqual(unreached)
    }),
    { numRuns: 3000 },
  )
  expect(hidden).toBeGreaterThan(30)
})

test("what hides a rule leaves nothing of it without the rule, either", () => {
  fc.assert(
    fc.property(someRules, (rules) => {
      for (const { rule: one, behind } of findHiddenRules(rules)) {
        const alone = compileRoutes([one, ...behind], null)
        for (const method of everyMethod)
          for (const path of everyPath) expect(matchRoute(alone, method, path)).not.toBe(one)
      }
    }),
    { numRuns: 3000 },
  )
})

test("a policy with a hidden rule is refused, with the names of both", () => {
  const issuers = [{ issuer: "https://tenant.example/", audiences: ["a"] }]
  const routes = [
    { path: "/a", methods: ["GET"] },
    { path: "/a/:x/**" },
    { path: "/a/**", methods: ["GET"], scopes: ["s"] },
  ]
  const parse = () => parseConfig({ issuers, routes })
  expect(parse).toThrow(ConfigError)
  expect(parse).toThrow('routes: "GET /a/**" is hidden by "GET /a" and "/a/:x/**": no request is left to it; remove it')
})

test("10,000 rules are looked through", () => {
  const rules = Array.from({ length: 5000 }, (_, at) => [rule(`/v1/things${at}/**`), rule(`/v1/things${at}`)]).flat()
  expect(findHiddenRules([...rules, rule("/v1/things7/:x/**")])).toMatchObject([{ rule: { name: "/v1/things7/**" } }])
})
