import * as v from "valibot"

/** One of these texts; the message names them all. */
export function oneOf<const T extends readonly string[]>(values: T) {
  return v.picklist(values, `must be one of ${values.join(", ")}`)
}
