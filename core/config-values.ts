import * as v from "valibot"

// What the schema of a policy is made of: each says, in its message, what to write instead.

/** What to write where a key that is required is missing. */
const remedies = new Map([
  ["issuer", "name the issuer exactly as in its tokens' iss claim"],
  ["audiences", "list the audiences this API answers to"],
  ["path", 'write a path such as "/orders/:id"'],
  ["fetchedAt", 'make the snapshot with "edge-authorizer keys pin"'],
  ["keys", 'make the snapshot with "edge-authorizer keys pin"'],
  ["origins", 'list origins such as "https://app.example.com", or write "*"'],
])

/** An object that refuses unknown keys, and says which there are. */
export function strict<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, ({ expected, path }) => {
    if (expected === "never") return `unknown key; there are ${Object.keys(entries).join(", ")}`
    if (expected === "Object") return "must be an object"
    return `required; ${remedies.get(String(path?.at(-1)?.key)) ?? "see the documentation"}`
  })
}

/** A string that is not empty. */
export const text = (remedy: string) => v.pipe(v.string(remedy), v.nonEmpty(remedy))
/** A string of a certain form. */
export const matching = (pattern: RegExp, remedy: string) => v.pipe(v.string(remedy), v.regex(pattern, remedy))
/** A list of at least one. */
export const listOf = <const Item extends v.GenericSchema>(item: Item, remedy: string) =>
  v.pipe(v.array(item, remedy), v.nonEmpty(remedy))

/**
 * An object of entries with names of one's own. Refuses lists, and names that every object has: valibot passes over these in
 * silence, and a rule would be without the condition that stands there.
 */
export const mapOf = <const Key extends v.GenericSchema<string, string>, const Value extends v.GenericSchema>(
  key: Key,
  value: Value,
  remedy: string,
) => {
  const map = v.record(key, value, remedy)
  const refusal = (message: string) => v.never(message) as unknown as typeof map
  return v.lazy((input) => {
    if (Array.isArray(input)) return refusal(remedy)
    const isPassedOver = (name: string) => typeof input === "object" && input !== null && Object.hasOwn(input, name)
    const name = namesOfEveryObject.find(isPassedOver)
    return name === undefined
      ? map
      : refusal(`must not have an entry named ${name}; choose another, or for a claim "/${name}"`)
  })
}
const namesOfEveryObject = ["__proto__", "prototype", "constructor"]

/** A whole number of seconds in bounds. */
export const seconds = (least: number, most: number) => {
  const remedy = `must be a whole number of seconds from ${least} to ${most}`
  return v.pipe(v.number(remedy), v.integer(remedy), v.minValue(least, remedy), v.maxValue(most, remedy))
}

/** A whole number in bounds. */
export const count = (least: number, most: number) => {
  const remedy = `must be a whole number from ${least} to ${most}`
  return v.pipe(v.number(remedy), v.integer(remedy), v.minValue(least, remedy), v.maxValue(most, remedy))
}
