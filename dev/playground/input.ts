import type { Context } from "hono"
import { HTTPException } from "hono/http-exception"
import * as v from "valibot"
import { kinds } from "../gateway/api-gateway.ts"
import { organizations, users } from "../issuer/tenant.ts"
import { oneOf } from "./one-of.ts"

// Long enough for whatever one may want to see refused, short enough for Node's HTTP.
const maximumTargetLength = 8_000
const maximumTokenLength = 100_000
const maximumBodyBytes = 256 * 1024

/** FlowChoices, as they come in. */
export const flowChoices = v.strictObject({
  user: oneOf(users.map(({ name }) => name)),
  scope: v.pipe(v.string("must be a text"), v.maxLength(1000, "must have at most 1000 characters")),
  withAudience: v.boolean("must be true or false"),
  organization: v.nullable(oneOf(organizations.map(({ id }) => id))),
})

/** A Call, as it comes in. */
export const call = v.strictObject({
  method: v.pipe(
    v.string("must be a text"),
    // RFC 9110 §5.6.2. In capitals, as Node sends all that it knows.
    v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Z]{1,32}$/, 'must be a method in capitals, such as "GET"'),
    v.check((method) => method !== "CONNECT", "CONNECT asks for a tunnel: send another method"),
  ),
  target: v.pipe(
    v.string("must be a text"),
    v.startsWith("/", 'must begin with "/", as in "/orders/7?state=open"'),
    v.maxLength(maximumTargetLength, `must have at most ${maximumTargetLength} characters`),
  ),
  token: v.pipe(
    v.string("must be a text, empty for no token"),
    v.maxLength(maximumTokenLength, `must have at most ${maximumTokenLength} characters`),
  ),
  kind: oneOf(kinds),
})

/** Reads a body of JSON. Throws a 4xx that says what is wrong with it and what to send. */
export async function readBody<Schema extends v.GenericSchema & { readonly entries: object }>(
  { req }: Context,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  // Not hono's bodyLimit: it makes a second Request where the length isn't given, which node-server's are not fit for.
  if (!(Number(req.header("content-length")) <= maximumBodyBytes))
    throw new HTTPException(413, { message: `Content-Length: must be given, and be at most ${maximumBodyBytes}` })
  const names = Object.keys(schema.entries).join(", ")
  const body: unknown = await req.json().catch(() => {
    throw new HTTPException(400, { message: `the body must be JSON: an object with ${names}` })
  })
  const { success, issues, output } = v.safeParse(schema, body)
  if (success) return output
  const problems = issues.map((issue) => {
    const path = v.getDotPath(issue)
    if (issue.type !== "strict_object") return `${path ?? "the body"}: ${issue.message}`
    if (path === null) return `the body must be an object with ${names}`
    return `${path}: ${issue.expected === "never" ? `unknown; there are ${names}` : "required"}`
  })
  throw new HTTPException(400, { message: problems.join("\n") })
}
