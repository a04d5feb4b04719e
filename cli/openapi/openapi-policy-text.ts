import type { ConfigInput } from "../../core/index.ts"

const lineWidth = 120

/** The text of a policy: a module where the file is one of TypeScript or JavaScript, else JSON. A rule stands on one line where it fits. */
export function writePolicyText(policy: ConfigInput, file: string): string {
  if (!/\.[cm]?[jt]s$/.test(file)) {
    const $schema = "./node_modules/edge-authorizer/authorizer.schema.json"
    return `${write({ $schema, ...policy }, "", 0, JSON.stringify, "")}\n`
  }
  const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))
  const before = "export default defineConfig("
  return `import { defineConfig } from "edge-authorizer"\n\n${before}${write(policy, "", before.length, key, ",")})\n`
}

/** `column` is where the value begins; `comma` is what stands behind the last item of several lines. */
function write(value: unknown, indent: string, column: number, key: (name: string) => string, comma: string): string {
  const flat = writeFlat(value, key)
  // What names a whole policy is never squeezed into one line.
  if (typeof value !== "object" || value === null || (indent !== "" && column + flat.length < lineWidth)) return flat
  const isList = Array.isArray(value)
  const inner = `${indent}  `
  const lines = Object.entries(value).map(([name, item]) => {
    const begin = isList ? inner : `${inner}${key(name)}: `
    return `${begin}${write(item, inner, begin.length, key, comma)}`
  })
  const [open, close] = isList ? "[]" : "{}"
  return `${open}\n${lines.join(",\n")}${lines.length > 0 ? comma : ""}\n${indent}${close}`
}

function writeFlat(value: unknown, key: (name: string) => string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => writeFlat(item, key)).join(", ")}]`
  const members = Object.entries(value).map(([name, item]) => `${key(name)}: ${writeFlat(item, key)}`)
  return members.length > 0 ? `{ ${members.join(", ")} }` : "{}"
}
