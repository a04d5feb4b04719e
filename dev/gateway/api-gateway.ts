import type { AuthorizerEvent } from "../../lambda/authorizer.ts"
import { evaluate, type Policy } from "./iam.ts"

/** The ways in which API Gateway asks an authorizer, each its own shape of event. */
export const kinds = ["rest-token", "rest-request", "http-1.0", "http-2.0", "http-2.0-simple"] as const
export type Kind = (typeof kinds)[number]

/** A call as it comes in from a client. */
export interface ClientCall {
  readonly api: string
  readonly method: string
  readonly path: string
  /** As it is sent, without "?". */
  readonly query?: string
  readonly headers: readonly (readonly [string, string])[]
}

/** What the client meets: through to the integration, or a status; with what the authorizer put into the context. */
export interface GatewayResult {
  readonly status: 200 | 401 | 403 | 500
  readonly context: Readonly<Record<string, unknown>>
}

export type Invoke = (
  event: unknown,
) => Promise<{ outcome: "response"; body: unknown } | { outcome: "error"; errorMessage: string }>

const account = "arn:aws:execute-api:eu-central-1:123456789012"

export function arnOf({ api, method, path }: ClientCall, stage: string): string {
  return `${account}:${api}/${stage}/${method}${path}`
}

/** The event of one kind, as AWS documents it; with null where its console sends null. */
export function eventOf(kind: Kind, call: ClientCall): AuthorizerEvent & Record<string, unknown> {
  const { method, path, query = "", headers } = call
  const joined = (separator: string) => {
    const values = new Map<string, string>()
    for (const [sent, value] of headers) {
      const name = sent.toLowerCase()
      values.set(name, values.has(name) ? `${values.get(name)}${separator}${value}` : value)
    }
    return values
  }
  if (kind === "rest-token") {
    const authorization = headers.filter(([name]) => name.toLowerCase() === "authorization").map(([, value]) => value)
    return { type: "TOKEN", methodArn: arnOf(call, "prod"), authorizationToken: authorization.join(", ") }
  }
  if (kind === "rest-request" || kind === "http-1.0") {
    const stage = kind === "rest-request" ? "prod" : "$default"
    const lists = Map.groupBy(headers, ([name]) => name)
    return {
      ...(kind === "http-1.0" && { version: "1.0", identitySource: "x", authorizationToken: "x" }),
      type: "REQUEST",
      methodArn: arnOf(call, stage),
      resource: "/{proxy+}",
      path,
      httpMethod: method,
      headers: Object.fromEntries(headers),
      multiValueHeaders: Object.fromEntries([...lists].map(([name, list]) => [name, list.map(([, value]) => value)])),
      ...decodedQuery(query),
      pathParameters: null,
      stageVariables: null,
      requestContext: { stage },
    }
  }
  return {
    version: "2.0",
    type: "REQUEST",
    routeArn: arnOf(call, "$default"),
    identitySource: null,
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query,
    headers: Object.fromEntries(joined(",")),
    requestContext: { stage: "$default", routeKey: "$default", http: { method } },
  }
}

/** Parameters as REST APIs and payload 1.0 hand them over: decoded, the last of each name, and lists of all. */
function decodedQuery(query: string) {
  const pairs = [...new URLSearchParams(query)]
  if (pairs.length === 0) return { queryStringParameters: null, multiValueQueryStringParameters: null }
  const lists = [...Map.groupBy(pairs, ([name]) => name)].map(([name, list]) => [name, list.map(([, value]) => value)])
  return {
    queryStringParameters: Object.fromEntries(pairs),
    multiValueQueryStringParameters: Object.fromEntries(lists),
  }
}

/**
 * Whether API Gateway asks an authorizer about a call. A TOKEN authorizer has the Authorization header for its identity source: where
 * there is none, API Gateway refuses by itself. The other kinds stand here without an identity source.
 */
export function isAsked(kind: Kind, { headers }: Pick<ClientCall, "headers">): boolean {
  return (
    kind !== "rest-token" || headers.some(([name, value]) => name.toLowerCase() === "authorization" && value !== "")
  )
}

/** Asks an authorizer about a call and does with the answer what API Gateway is documented to do. */
export async function callThrough(kind: Kind, call: ClientCall, invoke: Invoke): Promise<GatewayResult> {
  if (!isAsked(kind, call)) return { status: 401, context: {} }
  const event = eventOf(kind, call)
  const result = await invoke(event)
  const isRest = kind.startsWith("rest")
  if (result.outcome === "error")
    return { status: isRest && result.errorMessage === "Unauthorized" ? 401 : 500, context: {} }

  const body = result.body as {
    context: Record<string, unknown>
    principalId?: unknown
    policyDocument?: Policy
    isAuthorized?: unknown
  }
  for (const value of Object.values(body.context))
    if (!["string", "number", "boolean"].includes(typeof value)) return { status: 500, context: {} }
  if (kind === "http-2.0-simple") {
    if (typeof body.isAuthorized !== "boolean") return { status: 500, context: {} }
    return { status: body.isAuthorized ? 200 : 403, context: body.context }
  }
  if (typeof body.principalId !== "string" || !body.policyDocument) return { status: 500, context: {} }
  const arn = String(event.methodArn ?? event.routeArn)
  return { status: evaluate(body.policyDocument, arn) === "allow" ? 200 : 403, context: body.context }
}
