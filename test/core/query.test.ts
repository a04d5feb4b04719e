import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { queryValue } from "../../core/query.ts"

describe("the one value of a parameter", () => {
  test.each<[query: string, value: string]>([
    ["org=acme", "acme"],
    ["a=1&org=acme&b=2", "acme"],
    ["&&org=acme&", "acme"],
    ["org=", ""],
    ["org", ""],
    ["org=a=b", "a=b"],
    ["org=a%20b%26c%3Bd%2Be", "a b&c;d+e"],
    ["%6Frg=acme", "acme"],
    ["org=caf%c3%a9", "caf\u00e9"],
    ["org=caf\u00e9", "caf\u00e9"],
    ["org=%00", "\u0000"],
    // Decoded once, and no more.
    ["org=%2561", "%61"],
    // A name that only begins or ends like it is another.
    ["org=acme&org2=b&xorg=c&organisation=d&o.rg=e", "acme"],
    ["a+b=1&c=d+e&org=acme", "acme"],
  ])("%s", (query, value) => {
    expect(queryValue(query, "org")).toBe(value)
  })

  test("names may hold what others need to escape", () => {
    expect(queryValue("page%20size=7", "page size")).toBe("7")
    expect(queryValue("filter[org]=acme", "filter[org]")).toBe("acme")
    expect(queryValue("a%2Bb=7", "a+b")).toBe("7")
    expect(queryValue("__proto__=7", "__proto__")).toBe("7")
  })
})

describe("absent", () => {
  test.each([
    "",
    "&",
    "=",
    "=org",
    "a=org",
    "a=org=acme",
    "organisation=acme",
    "a[org]=acme",
    "a.org=acme",
    "o%20rg=acme",
  ])("%s", (query) => {
    expect(queryValue(query, "org")).toBeUndefined()
  })

  test.each(["constructor", "__proto__", "toString", "length"])("%s, which every object has", (name) => {
    expect(queryValue("a=1", name)).toBeUndefined()
  })
})

describe("read in more than one way", () => {
  test.each<[why: string, ...queries: string[]]>([
    ["twice", "org=acme&org=evil", "org=acme&org=acme", "org&org=acme", "org=acme&a=1&org="],
    ["in another case", "Org=acme", "org=acme&ORG=evil", "org=acme&oRG=evil"],
    ["as a list", "org[]=acme", "org=acme&org[]=evil", "org=acme&org%5B%5D=evil", "org[0]=acme", "org=acme&org[=evil"],
    ["as an object", "org.id=acme", "org=acme&org.id=evil", "org=acme&org[id]=evil", "org=acme&org%2Eid=evil"],
    ["in brackets", "org=acme&[org]=evil", "org=acme&org]=evil", "[org]=acme", "org]=acme"],
    ["behind a second question mark", "?org=evil&org=acme", "?a=1&org=acme"],
    ["where servers stop reading", `${"a&".repeat(1000)}org=acme`],
    ["under an escaped name", "org=acme&%6Frg=evil", "%6frg=acme&or%67=evil"],
    [
      "with spaces in its name",
      "org=acme&org%20=evil",
      "org=acme&%20org=evil",
      "org=acme&org+=evil",
      "org=acme&+org=evil",
      "org=acme&org+[]=evil",
    ],
    [
      "with a name that ends early",
      "org=acme&org%00=evil",
      "org=acme&org%00x=evil",
      "org%0a=acme",
      "org=acme&org\u0000=evil",
    ],
    ["after a separator that some know", "a=1;org=evil", "org=acme;x", "org=acme&a=1;org=evil", ";"],
    ["with a plus", "org=a+b", "org=+", "org=acme+"],
    ["with a bad escape", "org=%", "org=%zz", "org=%u0061", "org=%c0%af", "org=%ed%a0%80", "org=\ud800"],
    ["beside a name with a bad escape", "org=acme&%zz=evil", "org=acme&%u006frg=evil", "org=acme&%=1", "%ff&org=acme"],
  ])("%s", (_why, ...queries) => {
    expect(queries.map((query) => [query, queryValue(query, "org")])).toEqual(queries.map((query) => [query, null]))
  })

  test.each([
    "org.id=evil",
    "org+id=evil",
    "org%20id=evil",
    "org[id=evil",
    "ORG_ID=evil",
    "org_id[]=evil",
    "+org_id=evil",
  ])("to PHP %s is org_id", (other) => {
    expect(queryValue(`org_id=acme&${other}`, "org_id")).toBeNull()
    expect(queryValue(other, "org_id")).toBeNull()
  })

  test("a name with a space may come with a plus", () => {
    expect(queryValue("page%20size=7&page+size=8", "page size")).toBeNull()
    expect(queryValue("page+size=8", "page size")).toBeNull()
  })
})

/** What others make of a query: the values that each sees under the name "org". */
const readers: Record<string, (query: string) => readonly string[]> = {
  "URLSearchParams, as in browsers and in Workers": (query) => new URLSearchParams(query).getAll("org"),
  "without regard to case": (query) =>
    [...new URLSearchParams(query)].flatMap(([name, value]) => (name.toLowerCase() === "org" ? [value] : [])),
  "with lists and objects": (query) =>
    [...new URLSearchParams(query)].flatMap(([name, value]) => (/^org(?:$|[[.])/.test(name.trim()) ? [value] : [])),
  "a semicolon separates": (query) => new URLSearchParams(query.replaceAll(";", "&")).getAll("org"),
  "a plus is a plus": (query) => new URLSearchParams(query.replaceAll("+", "%2B")).getAll("org"),
}

test("a value that is found is the only one that any server finds", () => {
  const pieces = fc.constantFrom(
    ...[
      "org",
      "Org",
      "%6Frg",
      "org[]",
      "org.a",
      " org",
      "+org",
      "a",
      "=",
      "=",
      "=",
      "&",
      "&",
      ";",
      "+",
      "%",
      "%20",
      "%00",
    ],
    ...["acme", "evil", "%C3%A9", "%FF", "\u00e9", "[", "]", ".", "%5B", "%3D", "%26"],
  )
  let found = 0
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
      const query = parts.join("")
      const value = queryValue(query, "org")
      if (value === null) return
      if (value !== undefined) found++
      for (const [reader, read] of Object.entries(readers))
        expect([reader, read(query)]).toEqual([reader, value === undefined ? [] : [value]])
    }),
    { numRuns: 20_000 },
  )
  expect(found).toBeGreaterThan(200)
})
