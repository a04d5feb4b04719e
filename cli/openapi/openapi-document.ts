import { isJsonObject } from "../../core/json.ts"

/** An object of a parsed document, of which nothing else is known. */
export type JsonObject = Readonly<Record<string, unknown>>

/** The methods that a path item has keys for (OpenAPI 3.2 §4.9); others stand in `additionalOperations`. */
const methodKeys = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]

/** A member of an object of the document; undefined where there is none, or no object. */
export function member(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** The members of an object of the document, but for extensions; none where it is no object. */
export function members(value: unknown): readonly (readonly [string, unknown])[] {
  return isJsonObject(value) ? Object.entries(value).filter(([name]) => !name.startsWith("x-")) : []
}

/**
 * Follows references within the document (RFC 6901). What stands beside a `$ref` counts where what it refers to doesn't say.
 * Null where a reference leads to another document, to nothing, or round in a circle.
 */
export function resolve(value: unknown, document: JsonObject): JsonObject | null {
  let found: JsonObject = {}
  let next = value
  for (let step = 0; step < 32; step++) {
    if (!isJsonObject(next)) return null
    const { $ref, ...own } = next
    found = { ...found, ...own }
    if ($ref === undefined) return found
    if (typeof $ref !== "string" || !$ref.startsWith("#")) return null
    next = follow($ref, document)
  }
  return null
}

function follow(reference: string, document: JsonObject): unknown {
  try {
    const names = decodeURIComponent(reference.slice(1)).split("/").slice(1)
    return names.reduce<unknown>((value, name) => {
      return member(value, name.replaceAll("~1", "/").replaceAll("~0", "~"))
    }, document)
  } catch {
    return undefined
  }
}

/** The operations of a path item, by the method that each answers to. One of which nothing is said (`get:` in YAML) is one, too. */
export function operationsOf(pathItem: JsonObject): readonly (readonly [string, JsonObject])[] {
  const own = methodKeys.map((key) => [key.toUpperCase(), member(pathItem, key)] as const)
  const additional = members(member(pathItem, "additionalOperations"))
  return [...own, ...additional].flatMap(([method, operation]) => {
    if (isJsonObject(operation)) return [[method, operation] as const]
    return operation === null ? [[method, {}] as const] : []
  })
}
