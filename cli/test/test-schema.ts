import * as v from "valibot"
import { type RefusalReason, reasons } from "../../core/index.ts"

// What a file of expectations may hold. Each message says what to write instead.

const text = (remedy: string) => v.pipe(v.string(remedy), v.nonEmpty(remedy))
const listOf = <const Item extends v.GenericSchema>(item: Item, remedy: string) =>
  v.pipe(v.array(item, remedy), v.nonEmpty(remedy))

/** An object that refuses unknown keys, and says which there are. */
function strict<const Entries extends v.ObjectEntries>(entries: Entries, remedies: Record<string, string> = {}) {
  return v.strictObject(entries, ({ expected, path }) => {
    if (expected === "never") return `unknown key; there are ${Object.keys(entries).join(", ")}`
    if (expected === "Object") return "must be an object"
    return `required; ${remedies[String(path?.at(-1)?.key)] ?? "see edge-authorizer test --help"}`
  })
}

/** Chooses a schema by what is there, so that what is wrong is told of the one that was meant. */
function either<const One extends v.GenericSchema, const Other extends v.GenericSchema>(
  isOne: (input: unknown) => boolean,
  one: One,
  other: Other,
) {
  return v.lazy((input): One | Other => (isOne(input) ? one : other))
}

const isText = (input: unknown) => typeof input === "string"

const refusalReasons = Object.keys(reasons).filter((name) => reasons[name as RefusalReason].kind === "refusal")
const reason = v.pipe(
  v.string("must be a reason"),
  v.check(
    (name) => refusalReasons.includes(name),
    ({ input }) => `"${input}" is no reason to refuse; there are ${refusalReasons.join(", ")}`,
  ),
  v.transform((name) => name as RefusalReason),
)
const outcome = either((input) => input === "allow", v.literal("allow"), reason)

const expectation = strict({
  allow: v.optional(v.literal(true, "must be true; a refusal is written { refuse: <reason> }")),
  refuse: v.optional(reason),
  rule: v.optional(text("must be a rule's name, such as GET /orders/:id")),
  scope: v.optional(listOf(text("must be a scope"), "must be a list of scopes")),
  acrValues: v.optional(listOf(text("must be an acr value"), "must be a list of acr values")),
  maxAge: v.optional(v.number("must be a number of seconds")),
})

const expected = either(
  isText,
  outcome,
  v.pipe(
    expectation,
    v.check(
      ({ allow, refuse }) => (allow === undefined) !== (refuse === undefined),
      "must say either { allow: true } or { refuse: <reason> }",
    ),
    v.check(
      ({ allow, scope, acrValues, maxAge }) =>
        allow === undefined || [scope, acrValues, maxAge].every((value) => value === undefined),
      "scope, acrValues and maxAge say what would have been enough, so they go with { refuse: <reason> }",
    ),
  ),
)

const requestLine = /^(\S+)\s+(\/\S*)$/
const headers = v.record(v.string(), v.string("must be a text; write it in quotes"), "must map header names to texts")
const request = either(
  isText,
  v.pipe(
    v.string(),
    v.regex(requestLine, 'must be a method and a path, such as "GET /orders/7?expand=lines"'),
    v.transform((line) => {
      const [, method = "", target = ""] = requestLine.exec(line) ?? []
      const [path = "", ...query] = target.split("?")
      return { method, path, query: query.join("?"), headers: {} }
    }),
  ),
  v.pipe(
    strict(
      {
        method: text("must be a method"),
        path: v.pipe(
          v.string("must be a path"),
          v.regex(/^\/[^?]*$/, 'must begin with "/"; what follows "?" is the query'),
        ),
        query: v.optional(
          either(
            isText,
            v.string(),
            v.pipe(
              v.record(
                v.string(),
                v.string("must be a text; write it in quotes"),
                "must be a text, or map names to texts",
              ),
              v.transform((query) => new URLSearchParams(query).toString().replaceAll("+", "%20")),
            ),
          ),
          "",
        ),
        headers: v.optional(headers, {}),
      },
      { method: 'as in { method: "GET", path: "/orders/7" }', path: 'as in { method: "GET", path: "/orders/7" }' },
    ),
    v.transform((parts) => parts),
  ),
)

const claims = v.record(v.string(), v.unknown(), "must map claims to their values")
const shortForm = /^(\S+)\s+(\S+)\s+(\/\S*)\s+(\S+)$/

const item = either(
  isText,
  v.pipe(
    v.string(),
    v.regex(shortForm, 'must be a token, a method, a path and what is expected, such as "alice GET /orders/7 allow"'),
    v.transform((line) => {
      const [, token = "", method = "", path = "", expect = ""] = shortForm.exec(line) ?? []
      return { token, request: `${method} ${path}`, expect }
    }),
  ),
  v.unknown(),
)

/** One expectation; what is written in one line is brought into the form of the others first. */
const expectationItem = v.pipe(
  item,
  strict(
    {
      name: v.optional(text("must be a text")),
      token: v.optional(text("must be the name of a token, or none")),
      claims: v.optional(claims),
      at: v.optional(text("must be a time")),
      request: v.optional(request),
      requests: v.optional(listOf(request, "must be a list of requests, at least one")),
      headers: v.optional(headers, {}),
      expect: expected,
      reported: v.optional(reason),
    },
    { expect: "allow, a reason to refuse, or { refuse: <reason>, scope: [...] }" },
  ),
  v.check(
    ({ request: one, requests }) => (one === undefined) !== (requests === undefined),
    "must have either a request or a list of requests",
  ),
  v.check(
    ({ expect, reported }) =>
      reported === undefined || expect === "allow" || (typeof expect === "object" && "allow" in expect),
    "reported is what a rule that only reports would have done, so it goes with allow",
  ),
)

/** A whole file. */
export const testFileSchema = strict(
  {
    $schema: v.optional(v.string()),
    policy: v.optional(text("must be the policy's file")),
    at: v.optional(text("must be a time")),
    tokens: v.optional(v.record(text("must be a name"), claims, "must map names to claims"), {}),
    expectations: listOf(expectationItem, "must be a list of expectations, at least one"),
  },
  { expectations: 'a list such as ["alice GET /orders/7 allow"]' },
)

export type TestFileContent = v.InferOutput<typeof testFileSchema>
export type ExpectationContent = TestFileContent["expectations"][number]
export type ExpectedContent = ExpectationContent["expect"]
