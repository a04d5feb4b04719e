import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { canonicalPath, pathSegments } from "../../core/request.ts"

describe("one spelling for each path", () => {
  test.each([
    ["/", "/"],
    ["/a/", "/a/"],
    ["/%41%2d%2E%5f%7e", "/A-._~"],
    ["/a.b/..c/.d/e..", "/a.b/..c/.d/e.."],
    ["/%2e%2ea", "/..a"],
    ["/...", "/..."],
    ["/a b", "/a%20b"],
    ["/caf\u00e9/\u{1f600}", "/caf%C3%A9/%F0%9F%98%80"],
    ["/caf%c3%a9", "/caf%C3%A9"],
    ["/~!$&'()+,=:@", "/~!$&'()+,=:@"],
    // Not equivalent by RFC 3986 §2.2: an origin may give a delimiter a meaning that its escape has not.
    ["/%3a%40", "/%3A%40"],
    ['/"<>^`{|}', "/%22%3C%3E%5E%60%7B%7C%7D"],
    ["/100%25", "/100%25"],
    ["/%25zz", "/%25zz"],
    ["/$", "/$"],
    [`/${"a".repeat(16_383)}`, `/${"a".repeat(16_383)}`],
  ])("%s", (path, canonical) => {
    expect(canonicalPath(path)).toBe(canonical)
  })
})

describe("refused, since it can be read in more than one way", () => {
  const paths = [
    ...[
      "",
      "a",
      "*",
      "http://host/a",
      "//",
      "//host/a",
      "/a//",
      "/./a",
      "/a/.",
      "/a/..",
      "/.%2e",
      "/%2e/",
      "/a?b",
      "/a#b",
    ],
    ...["/a\\b", "/\\..\\b", "/a;b", "/a*", "/\u0024{a}", "/a\tb", "/a\nb", "/a\u0000", "/a\u007f", "/a\u0085"],
    ...["/%00", "/%0a", "/%1F", "/%7f", "/%2f", "/%2F", "/%5c", "/%5C", "/%3b", "/%3B"],
    ...[
      "/%",
      "/%4",
      "/%zz",
      "/%u002f",
      "/%c0%af",
      "/%ed%a0%80",
      "/%f8%80%80%80%80",
      "/%80",
      "/a%e9",
      "/\ud800",
      "/\udc00a",
    ],
    // Decoded twice, each is a slash, a backslash or a dot; the escapes of the last ones are themselves escaped.
    ...["/%252f", "/%255C", "/%252e%252e/", "/%252525"],
    ...["/%25%32%66", "/%25%32f", "/%252%66", "/%25%32%65%25%32%65/a", "/%25%35%63"],
    `/${"a".repeat(16_384)}`,
  ]
  test.each(paths)("%s", (path) => {
    expect(canonicalPath(path)).toBeNull()
  })
})

const pieces = [
  ..."//..%%%%0123456789abcdefABCDEF;:*?#\\$&+,=@!~ {}",
  ...[
    "%2e",
    "%2E",
    "%2f",
    "%5C",
    "%25",
    "%32",
    "%35",
    "%65",
    "%66",
    "%63",
    "%3b",
    "%00",
    "%7F",
    "%41",
    "%c3%a9",
    "%C0%AF",
  ],
  ...["..", "./", "/../", "//", "\u0024{", "\u00e9", "\u{1f600}", "\ud800", "\n", "\u0085", "%ed%a0%80", "%EF%BC%8F"],
]
const anyPath = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => `/${parts.join("")}`)
/** Only paths that are taken, with their canonical spelling. */
const takenPath = anyPath
  .map((path) => ({ path, canonical: canonicalPath(path) ?? "" }))
  .filter(({ canonical }) => canonical !== "")

test("its spelling is its own spelling", () => {
  fc.assert(
    fc.property(takenPath, ({ canonical }) => void expect(canonicalPath(canonical)).toBe(canonical)),
    { numRuns: 3000 },
  )
})

test("a URL parser leaves it as it is", () => {
  fc.assert(
    fc.property(takenPath, ({ canonical }) => {
      const { pathname, search, hash } = new URL(canonical, "https://api.example")
      expect([pathname, search, hash]).toEqual([canonical, "", ""])
      expect(new URL(`https://api.example${canonical}`).pathname).toBe(canonical)
    }),
    { numRuns: 3000 },
  )
})

test("whoever decodes it, once or twice, finds the same segments", () => {
  fc.assert(
    fc.property(takenPath, ({ path, canonical }) => {
      const segments = canonical.split("/").length
      for (const text of [path, canonical])
        for (const reading of [text, decode(text), decode(decode(text))]) {
          expect(reading.split(/[/\\]/)).toHaveLength(segments)
          expect(reading).not.toMatch(/[;\\\p{Cc}]|\/\/|\/\.{1,2}(?:\/|$)/u)
        }
    }),
    { numRuns: 3000 },
  )
})

test("spellings that RFC 3986 §6.2.2 calls equivalent have one canonical spelling", () => {
  const character = fc.constantFrom(..."aZ09-._~/:@\u00e9\u4e2d\u{1f600}% ")
  const spelled = fc.array(fc.tuple(character, fc.boolean(), fc.boolean()), { maxLength: 10 })
  fc.assert(
    fc.property(spelled, (characters) => {
      const plain = characters.map(([character]) => (character === "/" ? "/" : escapeOf(character))).join("")
      const mixed = characters
        .map(([character, isEscaped, isLower]) => {
          if (!isEscaped && /[aZ09\-._~/]/.test(character)) return character
          if (character === "/") return "/"
          return isLower ? escapeOf(character).toLowerCase() : escapeOf(character)
        })
        .join("")
      expect(canonicalPath(`/${mixed}`)).toBe(canonicalPath(`/${plain}`))
    }),
  )
})

function escapeOf(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("")
}

/** As lenient servers do: what is no escape stays. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => Buffer.from(escapes.replaceAll("%", ""), "hex").toString())
}

test("a trailing slash makes no segment", () => {
  expect(["/", "/a", "/a/", "/a/b%20c/"].map(pathSegments)).toEqual([[], ["a"], ["a"], ["a", "b%20c"]])
})
