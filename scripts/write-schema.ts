import { readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema"
import * as v from "valibot"
import { configSchema } from "../core/config-schema.ts"
import { requirementSchema } from "../core/requirement-schema.ts"
import { type InterfaceDocs, readInterfaceDocs } from "./interface-docs.ts"

// npm run build:schema: writes the JSON Schema of a policy, for editors. It knows the form of a policy; what `parseConfig` checks beyond
// that, such as rules that conflict, it does not.

const root = new URL("..", import.meta.url)
const schemaFile = fileURLToPath(new URL("authorizer.schema.json", root))
/** Of core, where the comments are that editors show. */
const documented = ["key-limits", "memo-limits", "key-snapshot", "requirement-input", "config-input"]

/** The file's text. */
export async function schemaText(): Promise<string> {
  const sources = await Promise.all(documented.map((name) => readFile(new URL(`core/${name}.ts`, root), "utf8")))
  const schema = withNamedDefinitions(convert())
  describe(schema, schema, "ConfigInput", readInterfaceDocs(sources.join("\n")), new Set())
  return `${JSON.stringify({ title: "A policy of edge-authorizer", ...schema }, null, 2)}\n`
}

function convert(): JsonSchema {
  // The environment names an issuer where the policy leaves them out.
  const { issuers, ...others } = configSchema.entries
  return toJsonSchema(v.strictObject({ issuers: v.optional(issuers), ...others }), {
    typeMode: "input",
    definitions: { requirement: requirementSchema },
    overrideRef: ({ referenceId }) => `#/definitions/${referenceId}`,
    ignoreActions: ["check", "raw_transform"],
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema.type === "custom" ? { not: {}, description: "Reserved." } : undefined,
  })
}

/** Names what the conversion only numbers after the key that leads to it first. */
function withNamedDefinitions({ $defs = {}, ...schema }: JsonSchema): JsonSchema {
  const text = JSON.stringify({ ...schema, definitions: $defs })
  const names = new Map<string, string>()
  for (const [, key = "", id = ""] of text.matchAll(
    /"(\w+)":\{(?:"type":"array","items":\{)?"\$ref":"#\/definitions\/(\d+)"/g,
  ))
    if (!names.has(id)) names.set(id, key)
  const renamed = text
    .replaceAll(/"#\/definitions\/(\d+)"/g, (_, id) => JSON.stringify(`#/definitions/${names.get(id)}`))
    .replaceAll(/"(\d+)":\{/g, (_, id) => `${JSON.stringify(names.get(id))}:{`)
  return JSON.parse(renamed)
}

/** Puts the comments of an interface to the objects that a part of the schema may be, and those of their members' interfaces below. */
function describe(
  part: JsonSchema,
  schema: JsonSchema,
  name: string,
  docs: InterfaceDocs,
  described: Set<JsonSchema>,
): void {
  for (const object of objectsOf(part, schema)) {
    if (described.has(object)) continue
    described.add(object)
    const { text, members } = docs.get(name) ?? { text: "", members: new Map() }
    object.description ??= text
    for (const [key, property] of Object.entries(object.properties ?? {})) {
      const member = members.get(key)
      if (!member || typeof property !== "object") continue
      if (member.text) property.description = member.text
      const inner = member.type.match(/\w+/g)?.find((word: string) => docs.has(word))
      if (inner) describe(property, schema, inner, docs, described)
    }
  }
}

/** The objects with named members that a part may be, alone, in a list, as one of several, or under names of their own. */
function objectsOf(part: unknown, schema: JsonSchema): JsonSchema[] {
  if (typeof part !== "object" || part === null) return []
  const { $ref, properties, items, anyOf, additionalProperties } = part as JsonSchema
  if ($ref) return objectsOf(schema.definitions?.[$ref.replace("#/definitions/", "")], schema)
  if (properties) return [part as JsonSchema]
  return [items, additionalProperties, ...(anyOf ?? [])].flatMap((inner) => objectsOf(inner, schema))
}

if (import.meta.main) {
  const text = await schemaText()
  const isStale = (await readFile(schemaFile, "utf8").catch(() => null)) !== text
  if (isStale) await writeFile(schemaFile, text)
  // In CI, what is not committed would be missing from the package's source.
  if (isStale && process.env.CI) {
    console.error(
      'authorizer.schema.json was not what core/config-schema.ts says; commit what "npm run build:schema" writes',
    )
    process.exit(1)
  }
}
