/** As much of a JSON Schema (draft-07) as our own has; what else one may say is an error here, so that nothing is passed over. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

const annotations = ["$schema", "title", "description", "default", "definitions"]

/** Where a value is not what a schema says: paths, as in code; none for a value that is. */
export function mismatches(value: unknown, schema: JsonSchema, root: JsonSchema = schema, path = "policy"): string[] {
  return Object.entries(schema).flatMap(([keyword, asked]) => {
    if (annotations.includes(keyword)) return []
    const check = checks[keyword]
    if (!check) throw new Error(`${path}: the keyword ${keyword} is not known here`)
    return check(asked as never, value, schema, root, path)
  })
}

type CheckKeyword = (asked: never, value: unknown, schema: JsonSchema, root: JsonSchema, path: string) => string[]

const unless = (holds: boolean, path: string) => (holds ? [] : [path])
const isObject = (value: unknown): value is Record<string, unknown> => typeOf(value) === "object"

/** As the specification says, each keyword but `type` passes over the values of other types. */
const checks: Readonly<Record<string, CheckKeyword>> = {
  $ref: (reference: string, value, _schema, root, path) => {
    const definition = (root.definitions as JsonSchema)[reference.replace("#/definitions/", "")]
    return mismatches(value, definition as JsonSchema, root, path)
  },
  type: (type: string, value, _schema, _root, path) => {
    const isMeant = type === "integer" ? Number.isInteger(value) : typeOf(value) === type
    return unless(isMeant, path)
  },
  const: (constant: unknown, value, _schema, _root, path) => unless(value === constant, path),
  enum: (constants: unknown[], value, _schema, _root, path) => unless(constants.includes(value), path),
  not: (inner: JsonSchema, value, _schema, root, path) => unless(mismatches(value, inner, root, path).length > 0, path),
  anyOf: (inner: JsonSchema[], value, _schema, root, path) =>
    unless(
      inner.some((one) => mismatches(value, one, root, path).length === 0),
      path,
    ),
  minLength: (least: number, value, _schema, _root, path) =>
    unless(typeof value !== "string" || [...value].length >= least, path),
  pattern: (pattern: string, value, _schema, _root, path) =>
    unless(typeof value !== "string" || new RegExp(pattern, "u").test(value), path),
  minimum: (least: number, value, _schema, _root, path) => unless(typeof value !== "number" || value >= least, path),
  maximum: (most: number, value, _schema, _root, path) => unless(typeof value !== "number" || value <= most, path),
  minItems: (least: number, value, _schema, _root, path) =>
    unless(!Array.isArray(value) || value.length >= least, path),
  items: (inner: JsonSchema, value, _schema, root, path) =>
    Array.isArray(value) ? value.flatMap((item, index) => mismatches(item, inner, root, `${path}[${index}]`)) : [],
  required: (names: string[], value, _schema, _root, path) =>
    isObject(value) ? names.filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}.${name}`) : [],
  properties: (properties: Record<string, JsonSchema>, value, _schema, root, path) =>
    isObject(value)
      ? Object.entries(properties).flatMap(([name, inner]) =>
          Object.hasOwn(value, name) ? mismatches(value[name], inner, root, `${path}.${name}`) : [],
        )
      : [],
  propertyNames: (inner: JsonSchema, value, _schema, root, path) =>
    isObject(value) ? Object.keys(value).flatMap((name) => mismatches(name, inner, root, `${path}.${name}`)) : [],
  additionalProperties: (inner: JsonSchema | false, value, schema, root, path) => {
    if (!isObject(value)) return []
    const others = Object.keys(value).filter((name) => !Object.hasOwn(Object(schema.properties), name))
    return others.flatMap((name) =>
      inner ? mismatches(value[name], inner, root, `${path}.${name}`) : [`${path}.${name}`],
    )
  },
}

function typeOf(value: unknown): string {
  if (value === null) return "null"
  return Array.isArray(value) ? "array" : typeof value
}
