import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseJsonObject } from "../../core/json.ts"

const utf8 = new TextEncoder()
const parse = (text: string) => parseJsonObject(utf8.encode(text))
const nested = (depth: number) => `{"x":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`

const refused = {
  "a list": "[]",
  "a string": '"{}"',
  null: "null",
  nothing: "",
  "two objects": "{}{}",
  "a comment": "{}//",
  "a trailing comma": '{"a":1,}',
  "a byte order mark": "\ufeff{}",
  "a name twice": '{"a":1,"a":1}',
  "a name twice, once escaped": '{"sub":1,"\\u0073ub":1}',
  "a name twice, in a nested object": '{"a":{"b":1,"b":1}}',
  "a name twice, in a list": '{"a":[[{"b":1,"b":2}]]}',
  "a name twice, below the first of two": '{"a":{"b":1},"a":{"c":1}}',
  "an empty name twice": '{"":1,"":1}',
  "__proto__ twice": '{"__proto__":{},"__proto__":{}}',
  "33 levels": nested(33),
  "more levels than any stack": `{"x":${"[".repeat(100_000)}`,
} as const

describe("refuses", () => {
  test.each(Object.entries(refused))("%s", (_name, text) => {
    expect(parse(text)).toBeNull()
  })

  const bytes = {
    "an overlong slash": [0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d],
    "half a character": [0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d],
    "an encoded surrogate": [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d],
    "a byte order mark": [0xef, 0xbb, 0xbf, 0x7b, 0x7d],
    "UTF-16": [0x7b, 0, 0x7d, 0],
  }
  test.each(Object.entries(bytes))("bytes: %s", (_name, text) => {
    expect(parseJsonObject(new Uint8Array(text))).toBeNull()
  })
})

const taken = [
  "{}",
  ' { "a" : 1 } ',
  '{"a":{"a":{"a":1}}}',
  '{"a":[{"b":1},{"b":1}]}',
  '{"a:b":":{[","c":"\\":{"}',
  '{"\\"":1,"a":"\\\\\\""}',
  '{"a":"\\\\","b":"}]"}',
  '{"a":"\\u0022,\\u0022a\\u0022:1"}',
  '{"a":1,"A":1,"a ":1,"\\u0430":1}',
  nested(32),
] as const

test.each(taken)("takes %s as JSON.parse does", (text) => {
  expect(parse(text)).toEqual(JSON.parse(text))
})

test("names of Object.prototype are names like others, and change no prototype", () => {
  const parsed = parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"toString":1}')
  expect(Object.keys(parsed ?? {})).toEqual(["__proto__", "constructor", "toString"])
  expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
  expect(parsed?.admin).toBeUndefined()
  expect(({} as { admin?: unknown }).admin).toBeUndefined()
})

/**
 * Few and awkward names, so that they meet. Nowhere in this file does one hold a backslash: once V8 13.6 has met the name `\`, it
 * takes other names of one escaped character for it, so that its JSON.parse is no oracle there.
 */
const name = fc.constantFrom("a", "b", "a:b", '"', "\u00e9", "__proto__", "constructor", "", "{", "]")
const { object } = fc.letrec<{ value: unknown; object: Members }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, 0, -1.5, "", ":", '"', "{\\"),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }).map((members) => new Members(members)),
}))

/** An object as a text has it: with names that may stand twice. */
class Members {
  readonly members: readonly (readonly [string, unknown])[]
  constructor(members: readonly (readonly [string, unknown])[]) {
    this.members = members
  }
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(" , ")}]`
  if (!(value instanceof Members)) return JSON.stringify(value)
  const members = value.members.map(([name, member], index) => `${spell(name, index)} :${write(member)}`)
  return `{${members.join(",")}}`
}

/** Every second name in escapes only. */
function spell(name: string, index: number): string {
  if (index % 2 === 0) return JSON.stringify(name)
  const escapes = [...name].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
  return `"${escapes.join("")}"`
}

function hasDuplicate(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasDuplicate)
  if (!(value instanceof Members)) return false
  const names = value.members.map(([name]) => name)
  return new Set(names).size < names.length || value.members.some(([, member]) => hasDuplicate(member))
}

test("refuses an object exactly if a name stands twice in it, at whatever depth", () => {
  fc.assert(
    fc.property(object, (value) => {
      const text = write(value)
      expect(parse(text)).toEqual(hasDuplicate(value) ? null : JSON.parse(text))
    }),
    { numRuns: 2000 },
  )
})
