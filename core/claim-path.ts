import { type Claims, claim } from "./decision.ts"
import { isJsonObject } from "./json.ts"

/** Where a claim is: the names to follow from the token's payload inwards. */
export type ClaimPath = readonly [string, ...string[]]

/**
 * Reads a claim's name as a policy writes it. A name with a colon is a URI and stands for itself (RFC 7519 §4.2), else dots lead
 * into objects: `realm_access.roles`. What neither can say, a JSON Pointer does (RFC 6901): `/https:~1~1example.com~1app/roles`.
 * Returns what is wrong with it as `{ problem }`.
 */
export function parseClaimPath(text: string): ClaimPath | { readonly problem: string } {
  const names = text.startsWith("/") ? pointerNames(text) : text.includes(":") ? [text] : text.split(".")
  const [first, ...others] = names
  const isMalformed = text.startsWith("/") && /~(?![01])/.test(text)
  if (isMalformed || first === undefined || first === "" || others.includes(""))
    return { problem: `"${text}" names no claim; write "org_id", "realm_access.roles", a URI, or a JSON Pointer` }
  return [first, ...others]
}

/** The value of a claim, or undefined. Never an inherited property, nor one of a list or a string. */
export function readClaim(claims: Claims, [first, ...others]: ClaimPath): unknown {
  let value = claim(claims, first)
  for (const name of others) value = isJsonObject(value) ? claim(value, name) : undefined
  return value
}

function pointerNames(text: string): string[] {
  return text
    .slice(1)
    .split("/")
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"))
}
