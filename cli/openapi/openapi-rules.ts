import type { RequirementInput, RouteInput } from "../../core/index.ts"
import { isJsonObject } from "../../core/json.ts"
import { standardMethods } from "../../core/routes.ts"
import { type Ask, nobody } from "./openapi-ask.ts"
import { type JsonObject, member, members, operationsOf, resolve } from "./openapi-document.ts"
import { createNotes, type Note, type Say, type TakeNote } from "./openapi-note.ts"
import { basePaths, readBasePath, translatePath } from "./openapi-path.ts"
import { type Operation, placeOperations } from "./openapi-places.ts"
import { type SecurityOptions, translateSecurity } from "./openapi-security.ts"

/** How a document is to be read where it leaves something open. */
export interface ImportOptions extends SecurityOptions {
  /** Below which path the API answers; null for what the document's servers say. */
  readonly basePath: string | null
}

/** What became of a document. */
export interface ImportedRules {
  readonly routes: readonly RouteInput[]
  /** What the routes refer to by name. */
  readonly requirements: Readonly<Record<string, RequirementInput>>
  readonly report: ImportReport
}

export interface ImportReport {
  readonly title: string | null
  readonly openapi: string
  /** Where the rules' paths begin, from the document's first server or as asked for. */
  readonly basePath: string
  /** By what they ask for now. */
  readonly operations: { readonly public: number; readonly token: number; readonly refused: number }
  readonly rules: number
  readonly notes: readonly Note[]
}

/**
 * Translates the paths and security requirements of an OpenAPI document of version 3 into rules that make a valid policy. What can't
 * be expressed is refused, or more is asked for than the document does, and it is noted; the one exception, noted as well, are
 * credentials that are needed beside a token. Webhooks, callbacks and extensions are no part of it. Returns what is wrong with
 * what is no such document as `{ problem }`.
 */
export function rulesOfOpenApi(
  document: unknown,
  options: ImportOptions,
): ImportedRules | { readonly problem: string } {
  if (!isJsonObject(document)) return { problem: "is no OpenAPI document" }
  if (member(document, "swagger") !== undefined) return { problem: "is Swagger 2.0; convert it to OpenAPI 3 first" }
  const openapi = String(member(document, "openapi") ?? "")
  if (!/^3\.\d/.test(openapi)) return { problem: 'is no OpenAPI document of version 3: it would say "openapi: 3.1.0"' }

  const notes = createNotes()
  const { operations, impossible } = readOperations(document, options, notes.take)
  const { routes, askOf } = placeOperations(operations, notes.take)
  const title = member(member(document, "info"), "title")
  const report = {
    title: typeof title === "string" ? title : null,
    openapi,
    basePath: options.basePath ?? (basePaths(member(document, "servers"))[0] || "/"),
    operations: countOperations(operations, impossible, askOf),
    rules: routes.length,
    notes: notes.all(),
  }
  const needsNobody = routes.some(({ allOf }) => allOf?.includes("nobody"))
  return { routes, requirements: needsNobody ? { nobody } : {}, report }
}

/** The operations of a document. `impossible` counts those that no request could be for. */
function readOperations(
  document: JsonObject,
  options: ImportOptions,
  note: TakeNote,
): { readonly operations: readonly Operation[]; readonly impossible: number } {
  const operations: Operation[] = []
  let impossible = 0
  for (const [template, item] of members(member(document, "paths"))) {
    const pathItem = resolve(item, document)
    if (!pathItem) {
      const name = `* ${template}`
      const say: Say = (kind, subject) => note(kind, name, subject)
      say("external_path")
      const path = translatePath(`${chooseBase([document], options, say)}${template}`, say)
      if (path) operations.push(...standardMethods.map((method) => ({ name, method, path, ask: "refused" }) as const))
      else impossible++
      continue
    }
    for (const [method, operation] of operationsOf(pathItem)) {
      const name = `${method} ${template}`
      const say: Say = (kind, subject) => note(kind, name, subject)
      const path = translatePath(`${chooseBase([operation, pathItem, document], options, say)}${template}`, say)
      const isMethod = methodName.test(method)
      if (!isMethod) say("unknown_method")
      const ask = translateSecurity(
        member(operation, "security") ?? member(document, "security"),
        document,
        options,
        say,
      )
      if (!path || !isMethod) {
        impossible++
        continue
      }
      operations.push({ name, method, path, ask })
      // A server that answers GET answers HEAD.
      if (method === "GET" && !member(pathItem, "head")) operations.push({ name, method: "HEAD", path, ask })
    }
  }
  return { operations, impossible }
}

/** As a rule can name one (RFC 9110 §5.6.2). */
const methodName = /^[!#$%&'*+\-.^_`|~0-9A-Z]+$/

/** The base path by the first of the objects that names servers. */
function chooseBase(objects: readonly JsonObject[], { basePath }: ImportOptions, say: Say): string {
  if (basePath !== null) return readBasePath(basePath)
  const servers = objects.map((object) => member(object, "servers")).find((list) => Array.isArray(list) && list[0])
  const [first = "", ...others] = basePaths(servers)
  if (others.length > 0) say("other_servers", others.map((path) => path || "/").join(", "))
  return first
}

/** Each by its name, as it may stand for several methods. */
function countOperations(
  operations: readonly Operation[],
  impossible: number,
  askOf: (operation: Operation) => Ask,
): ImportReport["operations"] {
  const byName = new Map(operations.toReversed().map((operation) => [operation.name, operation]))
  const asks = [...byName.values()].map(askOf)
  const isPublic = asks.filter((ask) => ask === "public").length
  const refused = asks.filter((ask) => ask === "refused").length
  return { public: isPublic, token: asks.length - isPublic - refused, refused: refused + impossible }
}
