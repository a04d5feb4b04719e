import { SourceMap } from "node:module"
import { type ArrayExpression, type Node, type Position, parse } from "acorn"
import { transform } from "esbuild"
import type { Rule } from "../../core/index.ts"
import type { PolicyView } from "./api.ts"

/**
 * Where each rule stands in the text of a policy that has these rules, by its name. Found where `routes` is a list that is written out
 * in the file, one element for each rule; else empty.
 */
export async function ruleLines(source: string, rules: readonly Pick<Rule, "name">[]): Promise<PolicyView["lines"]> {
  const { code, map } = await transform(source, { loader: "ts", target: "esnext", sourcemap: "external" })
  const positions = new SourceMap(JSON.parse(map))
  const lineOf = ({ line, column }: Position): number => {
    const entry = positions.findEntry(line - 1, column)
    return "originalLine" in entry ? entry.originalLine + 1 : line
  }
  const program = parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true })
  const elements = findRoutes(program)?.elements ?? []
  if (elements.length !== rules.length || elements.some((element) => element?.type === "SpreadElement")) return {}
  return Object.fromEntries(
    elements.flatMap((element, index) => {
      const { loc } = element ?? {}
      if (!loc) return []
      // Its last character, not what follows it.
      const end = { line: loc.end.line, column: loc.end.column - 1 }
      return [[rules[index]?.name, [lineOf(loc.start), lineOf(end)]]]
    }),
  )
}

/** The first list with the name `routes`, outermost first. */
function findRoutes(program: Node): ArrayExpression | null {
  const queue: unknown[] = [program]
  for (const value of queue) {
    if (typeof value !== "object" || value === null) continue
    const { type, key, value: property } = value as { type?: string; key?: { name?: string }; value?: Node }
    if (type === "Property" && key?.name === "routes" && property?.type === "ArrayExpression")
      return property as ArrayExpression
    queue.push(...Object.values(value))
  }
  return null
}
