import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { createAuthorizer } from "../../core/index.ts"
import { parsePathPattern } from "../../core/path-pattern.ts"
import { noRequirement } from "../../core/requirement.ts"
import { findConflicts } from "../../core/route-conflicts.ts"
import { compileRoutes, matchRoute, type RouteNode, type Rule } from "../../core/routes.ts"
import { policy, standingPorts, tokenOf } from "./standing-issuer.ts"

function rule(path: string, methods: readonly string[] | null = null): Rule {
  const pattern = parsePathPattern(path)
  if ("problem" in pattern) throw new Error(`${path}: ${pattern.problem}`)
  const name = `${methods ?? "any"} ${path}`
  return { name, pattern, methods, access: "token", report: false, requirement: noRequirement }
}

// What follows is the meaning of rules, said a second time and without a tree: which requests a rule covers, and which of two
// rules is the more specific.

function covers({ pattern, methods }: Rule, method: string, path: string): boolean {
  const segments = path.split("/").filter((segment) => segment !== "")
  const lengthFits = pattern.open
    ? segments.length >= pattern.segments.length
    : segments.length === pattern.segments.length
  const segmentsFit = pattern.segments.every((one, index) => "parameter" in one || one.literal === segments[index])
  return lengthFits && segmentsFit && rank(methods, method) > 0
}

/** 3 for a rule that names the method, 2 where GET stands for HEAD, 1 for a rule that names none, 0 where it isn't covered. */
function rank(methods: readonly string[] | null, method: string): number {
  if (methods === null) return ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].includes(method) ? 1 : 0
  if (methods.includes(method)) return 3
  return method === "HEAD" && methods.includes("GET") ? 2 : 0
}

/** Whether every path of the first pattern is one of the second. */
function lies({ pattern: a }: Rule, { pattern: b }: Rule): boolean {
  const lengthFits = b.open
    ? a.segments.length >= b.segments.length
    : !a.open && a.segments.length === b.segments.length
  return (
    lengthFits &&
    b.segments.every((ofB, index) => {
      const ofA = a.segments[index]
      return "parameter" in ofB || (ofA !== undefined && "literal" in ofA && ofA.literal === ofB.literal)
    })
  )
}

function isMoreSpecific(a: Rule, b: Rule, method: string): boolean {
  if (lies(a, b) && lies(b, a)) return rank(a.methods, method) > rank(b.methods, method)
  return lies(a, b)
}

const path = fc
  .tuple(fc.array(fc.constantFrom("/a", "/b", "/:p"), { maxLength: 3 }), fc.boolean())
  .map(([segments, open]) => segments.join("") + (open ? "/**" : "") || "/")
const methods = fc.constantFrom(null, null, ["GET"], ["HEAD"], ["POST"], ["GET", "POST"], ["TRACE"], ["GET", "HEAD"])
const anyRule = fc.tuple(path, methods).map(([path, methods]) => rule(path, methods))

// A letter that no pattern has, and one segment more than any has, stand for all others.
const deeper = (above: readonly string[]) => above.flatMap((path) => [`${path}/a`, `${path}/b`, `${path}/z`])
const paths = ["/", ...[[""], deeper([""]), deeper(deeper([""])), deeper(deeper(deeper([""])))].flatMap(deeper)]
const requests = paths.flatMap((path) => ["GET", "HEAD", "POST", "TRACE"].map((method) => ({ method, path })))

test("the rule that is matched covers the request, and no other that covers it is as specific", () => {
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 9 }), (candidates) => {
      const rules: Rule[] = []
      for (const candidate of candidates) if (findConflicts([...rules, candidate]).length === 0) rules.push(candidate)
      const table = compileRoutes(rules, null)
      for (const { method, path } of requests) {
        const covering = rules.filter((rule) => covers(rule, method, path))
        const matched = matchRoute(table, method, path)
        expect(matched === null).toBe(covering.length === 0)
        if (matched === null) continue
        expect(covering).toContain(matched)
        for (const other of covering)
          if (other !== matched && !isMoreSpecific(matched, other, method))
            expect.fail(`${method} ${path}: ${matched.name} was matched, but ${other.name} is as specific`)
      }
    }),
    { numRuns: 150 },
  )
})

test("two rules conflict exactly if a request can't choose between them", () => {
  fc.assert(
    fc.property(anyRule, anyRule, (first, second) => {
      const undecided = requests.filter(
        ({ method, path }) =>
          [first, second].every((rule) => covers(rule, method, path)) &&
          !isMoreSpecific(first, second, method) &&
          !isMoreSpecific(second, first, method),
      )
      expect(findConflicts([first, second])).toHaveLength(undecided.length > 0 ? 1 : 0)
    }),
    { numRuns: 1000 },
  )
})

describe("conflicts", () => {
  const crossing = [rule("/:a/b"), rule("/a/:b")]
  test.each([
    ["a rule for the crossing settles it", [...crossing, rule("/a/b")], []],
    ["for the methods that it covers", [...crossing, rule("/a/b", ["GET"])], ["/a/b"]],
    [
      "one by one, if need be",
      [rule("/:a/b", ["GET", "PUT"]), rule("/a/:b", ["GET", "PUT"]), rule("/a/b", ["GET"]), rule("/a/b", ["PUT"])],
      [],
    ],
    ["not a rule beside the crossing", [...crossing, rule("/a/c"), rule("/**")], ["/a/b"]],
    ["methods that differ don't cross", [rule("/:a/b", ["GET"]), rule("/a/:b", ["PUT"])], []],
    ["GET covers HEAD where patterns cross", [rule("/:a/b", ["GET"]), rule("/a/:b", ["HEAD"])], ["/a/b"]],
    ["and settles it", [rule("/:a/b", ["GET"]), rule("/a/:b", ["HEAD"]), rule("/a/b", ["GET"])], []],
    ["HEAD beside GET on one pattern", [rule("/a", ["GET"]), rule("/a", ["HEAD"])], []],
    ["a method named, beside none", [rule("/a"), rule("/a", ["GET"])], []],
    ["a method named twice", [rule("/a", ["GET", "PUT"]), rule("/a", ["PUT"])], [null]],
    ["no method, twice", [rule("/a"), rule("/a")], [null]],
    ["a parameter by another name", [rule("/:a"), rule("/:b")], [null]],
    ["a trailing slash", [rule("/a"), rule("/a/")], [null]],
    ["another spelling", [rule("/caf%c3%a9"), rule("/caf\u00e9")], [null]],
    ["an open pattern and its folder", [rule("/a/**"), rule("/a")], []],
    ["an open pattern across a parameter", [rule("/a/**"), rule("/:p/b")], ["/a/b"]],
    ["the root, open and not", [rule("/"), rule("/**")], []],
    [
      "three that cross in pairs",
      [rule("/a/:b/:c"), rule("/:a/b/:c"), rule("/:a/:b/c")],
      ["/a/b/:", "/a/:/c", "/:/b/c"],
    ],
  ] as const)("%s", (_name, rules, on) => {
    expect(findConflicts(rules).map((conflict) => conflict.on)).toEqual(on)
  })
})

/** Counts how often a place in the tree is looked at. */
function countLookUps(root: RouteNode): { nodes: number; lookUps: number } {
  const count = { nodes: 0, lookUps: 0 }
  const watch = (node: RouteNode) => {
    count.nodes++
    const { literals, parameter } = node
    for (const child of [...(literals?.values() ?? []), ...(parameter ? [parameter] : [])]) watch(child)
    if (!literals) return
    const get = literals.get.bind(literals)
    literals.get = (key) => {
      count.lookUps++
      return get(key)
    }
  }
  watch(root)
  return count
}

describe("work is bounded by the rules, not by the path", () => {
  const longest = `/${"a/".repeat(8191)}`

  test("a path that fits every branch but no rule", () => {
    // All 8,192 ways to write 13 segments as "a" or a parameter: each doubles the ways back.
    const rules = Array.from({ length: 8192 }, (_, bits) =>
      rule(`${Array.from({ length: 13 }, (_, at) => ((bits >> at) & 1 ? "/a" : "/:p")).join("")}/end`),
    )
    const table = compileRoutes(rules, null)
    const count = countLookUps(table.root)
    expect(matchRoute(table, "GET", longest)).toBeNull()
    expect(count.lookUps).toBeLessThanOrEqual(count.nodes)
  })

  test("10,000 rules of an ordinary API are checked, compiled and matched", () => {
    const rules = Array.from({ length: 2000 }, (_, index) => [
      rule(`/v1/things${index}`, ["GET"]),
      rule(`/v1/things${index}`, ["POST"]),
      rule(`/v1/things${index}/:id`),
      rule(`/v1/things${index}/:id/parts/:part`),
      rule(`/v1/files${index}/**`),
    ]).flat()
    expect(findConflicts(rules)).toEqual([])
    const table = compileRoutes(rules, null)
    expect(matchRoute(table, "GET", "/v1/things1999/7/parts/8")?.name).toBe("any /v1/things1999/:id/parts/:part")
    expect(matchRoute(table, "GET", longest)).toBeNull()
    expect(matchRoute(table, "GET", `/v1/files0${longest}`)?.name).toBe("any /v1/files0/**")
  })
})

test("what no rule covers falls to the unmatched rule, for the standard methods", () => {
  const unmatched = rule("/**")
  const table = compileRoutes([rule("/a", ["GET"])], unmatched)
  expect(matchRoute(table, "POST", "/a")).toBe(unmatched)
  expect(matchRoute(table, "OPTIONS", "/b")).toBe(unmatched)
  expect(["TRACE", "CONNECT", "get", "", "__proto__"].map((method) => matchRoute(table, method, "/b"))).toEqual(
    Array(5).fill(null),
  )
})

test("names of Object.prototype are segments like others", () => {
  const table = compileRoutes([rule("/:p", ["GET"])], null)
  for (const name of ["__proto__", "constructor", "toString"]) {
    expect(matchRoute(table, "GET", `/${name}`)?.name).toBe("GET /:p")
    expect(matchRoute(table, "GET", `/${name}/${name}`)).toBeNull()
  }
})

test("a literal is matched whether it is escaped or not, where servers decode it before they route", async () => {
  const routes = [
    { path: "/jobs/all:cancel", scopes: ["admin"] },
    { path: "/jobs/:id" },
    { path: "/%40admin/**", scopes: ["admin"] },
  ]
  const authorizer = createAuthorizer(policy([...routes, { path: "/**", access: "public" }]), standingPorts())
  const headers = { authorization: `Bearer ${tokenOf()}` }
  for (const path of [
    "/jobs/all:cancel",
    "/jobs/all%3Acancel",
    "/jobs/%61ll%3acancel",
    "/@admin",
    "/%40admin",
    "/%40admin/x",
  ])
    expect([path, await authorizer.authorize({ method: "GET", path, headers })]).toEqual([
      path,
      expect.objectContaining({ reason: "scope_insufficient" }),
    ])
})
