import { readdir, readFile, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { loadAwsServiceSpec } from "@aws-cdk/aws-service-spec"

/** A CloudFormation template, as far as it is looked at here. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>
}

const specification = await loadAwsServiceSpec()

type Properties = NonNullable<ReturnType<typeof findResource>>["properties"]
type PropertyType = Properties[string]["type"]

/**
 * Compares every resource of a template with the CloudFormation resource specification: its type, and on every level its
 * properties, whether they are known, present where required, of the right shape and among the values allowed. Returns one
 * line a problem, path first. What an intrinsic function (`Ref`, `Fn::*`) will yield is not checked.
 */
export function findTemplateProblems({ Resources }: Template): string[] {
  return Object.entries(Resources).flatMap(([name, { Type, Properties = {} }]) => {
    const resource = findResource(Type)
    if (!resource) return [`${name}: unknown type ${Type}`]
    return checkProperties(resource.properties, Properties, name)
  })
}

function findResource(type: string) {
  return specification.lookup("resource", "cloudFormationType", "equals", type)[0]
}

function checkProperties(properties: Properties, values: unknown, path: string): string[] {
  if (!isMap(values)) return [`${path}: must be a map`]
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(properties, name))
  return [
    ...unknown.map((name) => `${path}.${name}: unknown property`),
    ...Object.entries(properties).flatMap(([name, { required, type, previousTypes = [] }]) => {
      const value = values[name]
      if (value === undefined) return required ? [`${path}.${name}: missing`] : []
      return checkAlternatives([type, ...previousTypes], value, `${path}.${name}`)
    }),
  ]
}

/** One of the types has to fit; the problems reported are those with the first. */
function checkAlternatives(types: readonly PropertyType[], value: unknown, path: string): string[] {
  const results = types.map((type) => checkValue(type, value, path))
  return results.some((problems) => problems.length === 0) ? [] : (results[0] ?? [])
}

function checkValue(type: PropertyType, value: unknown, path: string): string[] {
  if (isIntrinsic(value)) return []
  switch (type.type) {
    case "ref":
      return checkProperties(specification.get("typeDefinition", type.reference).properties, value, path)
    case "array":
      if (!Array.isArray(value)) return [`${path}: must be a list`]
      return value.flatMap((item, index) => checkValue(type.element, item, `${path}[${index}]`))
    case "map":
      if (!isMap(value)) return [`${path}: must be a map`]
      return Object.entries(value).flatMap(([key, item]) => checkValue(type.element, item, `${path}.${key}`))
    case "union":
      return checkAlternatives(type.types, value, path)
    case "tag":
      return isMap(value) && Object.keys(value).sort().join() === "Key,Value"
        ? []
        : [`${path}: must be a Key and a Value`]
    case "json":
      return []
    default:
      return checkScalar(type, value, path)
  }
}

/** CloudFormation takes a scalar in the form of another: "0" where a number is due, 401 where a string is. */
function checkScalar(type: PropertyType, value: unknown, path: string): string[] {
  if (value === null || typeof value === "object") return [`${path}: must be a ${type.type}`]
  const text = String(value)
  if ("allowedValues" in type && type.allowedValues && !type.allowedValues.map(String).includes(text))
    return [`${path}: must be one of ${type.allowedValues.join(", ")}`]
  if (type.type === "integer" && !/^-?\d+$/.test(text)) return [`${path}: must be an integer`]
  if (type.type === "number" && (text.trim() === "" || Number.isNaN(Number(text)))) return [`${path}: must be a number`]
  if (type.type === "boolean" && text !== "true" && text !== "false") return [`${path}: must be a boolean`]
  return []
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isIntrinsic(value: unknown): boolean {
  if (!isMap(value)) return false
  const [name, ...others] = Object.keys(value)
  return name !== undefined && others.length === 0 && (name === "Ref" || name.startsWith("Fn::"))
}

async function packageSizes(folder: string): Promise<string> {
  const zips = (await readdir(folder)).filter((name) => name.endsWith(".zip"))
  const sizes = zips.map(async (name) => `${name} ${((await stat(join(folder, name))).size / 1000).toFixed(1)} kB`)
  return (await Promise.all(sizes)).join(", ")
}

if (import.meta.main) {
  const [path = ".serverless/cloudformation-template-update-stack.json"] = process.argv.slice(2)
  const template: Template = JSON.parse(await readFile(path, "utf8"))
  const problems = findTemplateProblems(template)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exit(1)
  const count = Object.keys(template.Resources).length
  console.log(`${count} resources as CloudFormation specifies them; ${await packageSizes(dirname(path))}`)
}
