import { isJsonObject } from "../../core/json.ts"
import { type JsonObject, member, members, operationsOf, resolve } from "./openapi-document.ts"

/**
 * The scopes that an OpenAPI document defines: in the flows of its oauth2 schemes, or, as an openIdConnect scheme has none, those
 * that operations ask of it.
 */
export function readDefinedScopes(document: JsonObject): readonly string[] {
  const schemes = members(member(member(document, "components"), "securitySchemes"))
  const resolved = schemes.map(([name, scheme]) => [name, resolve(scheme, document)] as const)
  const inFlows = resolved.flatMap(([, scheme]) => members(member(scheme, "flows")))
  const openIdConnect = resolved
    .filter(([, scheme]) => member(scheme, "type") === "openIdConnect")
    .map(([name]) => name)
  const asked = requirementsOf(document).flatMap((requirement) =>
    openIdConnect.map((name) => member(requirement, name)),
  )
  return [
    ...new Set([
      ...inFlows.flatMap(([, flow]) => namesIn(member(flow, "scopes"))),
      ...asked.flat().filter((scope) => typeof scope === "string"),
    ]),
  ]
}

function requirementsOf(document: JsonObject): readonly unknown[] {
  const items = members(member(document, "paths")).flatMap(([, item]) => [resolve(item, document) ?? {}])
  const operations = items.flatMap((item) => operationsOf(item).map(([, operation]) => operation))
  return [document, ...operations].flatMap((one): readonly unknown[] => [member(one, "security")].flat())
}

function namesIn(value: unknown): readonly string[] {
  return isJsonObject(value) ? Object.keys(value) : []
}
