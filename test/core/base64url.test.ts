import fc from "fast-check"
import { expect, test } from "vitest"
import { decodeBase64url } from "../../core/base64url.ts"

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
const bytes = fc.uint8Array({ maxLength: 200 })

test("decodes what Buffer encodes", () => {
  fc.assert(
    fc.property(bytes, (data) => {
      expect(decodeBase64url(Buffer.from(data).toString("base64url"))).toEqual(data)
    }),
  )
})

test("takes a text exactly if it is the one that its bytes encode to", () => {
  const nearly = fc.string({ unit: fc.constantFrom(...alphabet, ..."AAAAgwQ=+/ \n.\u00e9\u0141") })
  fc.assert(
    fc.property(nearly, (text) => {
      const isCanonical = Buffer.from(text, "base64url").toString("base64url") === text
      expect(decodeBase64url(text) !== null).toBe(isCanonical)
    }),
    { numRuns: 3000 },
  )
})

test("refuses every other spelling of the same bytes", () => {
  fc.assert(
    fc.property(bytes, fc.nat(), (data, at) => {
      const text = Buffer.from(data).toString("base64url")
      const place = at % (text.length + 1)
      const spareBits = { 0: 0, 2: 4, 3: 2 }[text.length % 4] ?? 0
      const last = alphabet.indexOf(text.at(-1) ?? "A")
      const variants = [
        Buffer.from(data).toString("base64"),
        ...["=", "==", "===", "A"].map((end) => text + end),
        ...[" ", "\t", "\n", "\r\n", "\0", "%", ".", "\u{1f600}"].map(
          (inserted) => text.slice(0, place) + inserted + text.slice(place),
        ),
        ...Array.from({ length: 2 ** spareBits - 1 }, (_, index) => text.slice(0, -1) + alphabet[last + index + 1]),
      ]
      const sameBytes = variants.filter(
        (variant) => variant !== text && Buffer.from(variant, "base64").equals(Buffer.from(data)),
      )
      expect(sameBytes.filter((variant) => decodeBase64url(variant) !== null)).toEqual([])
    }),
  )
})

test("knows nothing beyond ASCII", () => {
  // Each would be "A" to a decoder that looks at the low byte only.
  for (const character of ["\u0141", "\u0241", "\uff21"]) expect(decodeBase64url(character.repeat(4))).toBeNull()
})
