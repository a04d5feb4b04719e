import { describe, expect, test } from "vitest"
import type { ClaimTestInput } from "../../core/index.ts"
import { outcomeOf } from "./asking.ts"

type Row = readonly [name: string, test: ClaimTestInput, value: unknown]

/** Undefined for a claim that isn't there. */
const met: readonly Row[] = [
  ["a text", { equals: "a" }, "a"],
  ["an empty text", { equals: "" }, ""],
  ["a number", { equals: 7 }, 7],
  ["a number, however it is written", { equals: 100 }, 1e2],
  ["zero, of either sign", { equals: 0 }, -0],
  ["false", { equals: false }, false],
  ["a fraction", { equals: 0.5 }, 0.5],
  ["the largest number that is exact", { equals: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER],
  ["one of some", { oneOf: ["a", 7, true] }, 7],
  ["a list that has it", { contains: "a" }, ["b", "a"]],
  ["a list that has it twice", { contains: "a" }, ["a", "a"]],
  ["a list with other things in it", { contains: 7 }, [null, { a: 1 }, ["x"], 7]],
  ["a list with one of some", { containsAny: ["a", "b"] }, ["c", "b"]],
  ["a list with all", { containsAll: ["a", "b"] }, ["b", "c", "a"]],
  ["there: a text", { exists: true }, "a"],
  ["there: an empty text", { exists: true }, ""],
  ["there: false", { exists: true }, false],
  ["there: zero", { exists: true }, 0],
  ["there: an empty list", { exists: true }, []],
  ["there: an object", { exists: true }, {}],
  ["absent", { exists: false }, undefined],
  ["several tests at once", { contains: "a", containsAny: ["b", "c"], exists: true }, ["a", "c"]],
]

const unmet: readonly Row[] = [
  ["another text", { equals: "a" }, "b"],
  ["another case", { equals: "a" }, "A"],
  ["white space around it", { equals: "a" }, " a"],
  ["a longer text", { equals: "a" }, "ab"],
  ["another spelling in Unicode", { equals: "\u00e9" }, "e\u0301"],
  ["a text for a number", { equals: 7 }, "7"],
  ["a number for a text", { equals: "7" }, 7],
  ["a text for true", { equals: true }, "true"],
  ["one for true", { equals: true }, 1],
  ["zero for false", { equals: false }, 0],
  ["an empty text for false", { equals: false }, ""],
  ["null for false", { equals: false }, null],
  ["null for an empty text", { equals: "" }, null],
  ["null for the text null", { equals: "null" }, null],
  ["absence for the text undefined", { equals: "undefined" }, undefined],
  ["absence for an empty text", { equals: "" }, undefined],
  ["absence for false", { equals: false }, undefined],
  ["a list of one for the one", { equals: "a" }, ["a"]],
  ["an object that would become the text", { equals: "[object Object]" }, {}],
  ["a list that would become the text", { equals: "a,b" }, ["a", "b"]],
  ["none of some", { oneOf: ["a", "b"] }, "c"],
  ["a list of one for one of some", { oneOf: ["a", "b"] }, ["a"]],
  ["a text for one of some numbers", { oneOf: [1, 2] }, "1"],
  ["a text that is the list", { oneOf: ["a", "b"] }, "a,b"],
  ["a text for a list", { contains: "a" }, "a"],
  ["a text in which it is", { contains: "a" }, "b a c"],
  ["an object for a list", { contains: "a" }, { 0: "a", length: 1 }],
  ["an object that has it as a name", { contains: "a" }, { a: true }],
  ["a list in a list", { contains: "a" }, [["a"]]],
  ["a list with the number", { contains: "7" }, [7]],
  ["a list with the text", { contains: 7 }, ["7"]],
  ["an empty list", { contains: "a" }, []],
  ["no list", { contains: "a" }, undefined],
  ["null for a list", { contains: "a" }, null],
  ["a list with none of some", { containsAny: ["a", "b"] }, ["c"]],
  ["a text for a list with one of some", { containsAny: ["a", "b"] }, "a"],
  ["a list without all", { containsAll: ["a", "b"] }, ["a", "c"]],
  ["a list in which one stands for two", { containsAll: ["a", "b"] }, ["a", "a"]],
  ["a text for a list with all", { containsAll: ["a"] }, "a"],
  ["null for what is to be there", { exists: true }, null],
  ["nothing for what is to be there", { exists: true }, undefined],
  ["null for what is to be absent", { exists: false }, null],
  ["an empty text for what is to be absent", { exists: false }, ""],
  ["false for what is to be absent", { exists: false }, false],
  ["one of several tests failing", { contains: "a", containsAny: ["b", "c"] }, ["a"]],
  ["tests that can't hold together", { equals: "a", contains: "a" }, ["a"]],
]

describe("a claim passes", () => {
  test.each(met)("%s", (_name, one, value) => {
    expect(outcomeOf({ claims: { x: one } }, { claims: { x: value } })).toBe("met")
  })
})

describe("a claim does not pass", () => {
  test.each(unmet)("%s", (_name, one, value) => {
    expect(outcomeOf({ claims: { x: one } }, { claims: { x: value } })).toBe("requirement_unmet")
  })
})

describe("numbers that JSON can't hold are equal to nothing", () => {
  test.each([
    ["beyond 2^53, where two have one value", '"x":9007199254740993,"y":9007199254740992'],
    ["beyond all numbers", '"x":1e999,"y":1e999'],
  ])("%s", (_name, claims) => {
    expect(outcomeOf({ claims: { x: { equals: { claim: "y" } } } }, { claims })).toBe("requirement_unmet")
    expect(outcomeOf({ claims: { x: { exists: true } } }, { claims })).toBe("met")
  })
})

describe("compared with another claim", () => {
  test.each<[name: string, claims: object, outcome: string]>([
    ["the same text", { x: "a", y: "a" }, "met"],
    ["the same number", { x: 7, y: 7 }, "met"],
    ["a text and its number", { x: "7", y: 7 }, "requirement_unmet"],
    ["neither there", {}, "requirement_unmet"],
    ["both null", { x: null, y: null }, "requirement_unmet"],
    ["both empty", { x: "", y: "" }, "requirement_unmet"],
    ["the same list", { x: ["a"], y: ["a"] }, "requirement_unmet"],
    ["one of a list", { x: "a", y: ["a"] }, "requirement_unmet"],
    ["one of them not there", { x: "a" }, "requirement_unmet"],
  ])("equals: %s", (_name, claims, outcome) => {
    expect(outcomeOf({ claims: { x: { equals: { claim: "y" } } } }, { claims })).toBe(outcome)
  })

  test.each<[name: string, claims: object, outcome: string]>([
    ["one of its list", { x: "b", y: ["a", "b"] }, "met"],
    ["a number of its list", { x: 7, y: [1, 7] }, "met"],
    ["a text for a number", { x: "7", y: [7] }, "requirement_unmet"],
    ["a claim that is no list", { x: "a", y: "a" }, "requirement_unmet"],
    ["a text in which it is", { x: "a", y: "a b" }, "requirement_unmet"],
    ["an object that has it as a name", { x: "a", y: { a: 1 } }, "requirement_unmet"],
    ["an empty text in the list", { x: "", y: [""] }, "requirement_unmet"],
    ["null in the list", { x: null, y: [null] }, "requirement_unmet"],
    ["a list in the list", { x: ["a"], y: [["a"]] }, "requirement_unmet"],
    ["no such claim", { x: "a" }, "requirement_unmet"],
  ])("oneOf: %s", (_name, claims, outcome) => {
    expect(outcomeOf({ claims: { x: { oneOf: { claim: "y" } } } }, { claims })).toBe(outcome)
  })
})
