import { type AccessRequest, canonicalPath } from "../core/index.ts"
import { type CallArn, parseArn } from "./arn.ts"

/**
 * What API Gateway sends to an authorizer of any kind, as far as it is read here. Console tests send null for what real calls
 * send, or leave it out, so everything may be missing.
 */
export interface AuthorizerEvent {
  readonly type?: Maybe<string>
  readonly version?: Maybe<string>
  readonly authorizationToken?: Maybe<string>
  readonly methodArn?: Maybe<string>
  readonly routeArn?: Maybe<string>
  readonly httpMethod?: Maybe<string>
  readonly path?: Maybe<string>
  readonly rawPath?: Maybe<string>
  readonly rawQueryString?: Maybe<string>
  readonly queryStringParameters?: Maybe<Readonly<Record<string, Maybe<string>>>>
  readonly multiValueQueryStringParameters?: Maybe<Readonly<Record<string, Maybe<readonly string[]>>>>
  readonly headers?: Maybe<Readonly<Record<string, Maybe<string>>>>
  readonly multiValueHeaders?: Maybe<Readonly<Record<string, Maybe<readonly string[]>>>>
  readonly requestContext?: Maybe<{
    readonly stage?: Maybe<string>
    readonly routeKey?: Maybe<string>
    readonly eventType?: Maybe<string>
    readonly http?: Maybe<{ readonly method?: Maybe<string> }>
  }>
}

type Maybe<T> = T | null | undefined

/** A call for which an answer is wanted, and what kind of API wants it. */
export interface Call {
  /** REST and WebSocket APIs turn the error "Unauthorized" into a 401; HTTP APIs turn every error into a 500. */
  readonly api: "rest" | "websocket" | "http"
  /** Of the payload; only 2.0 knows simple responses. */
  readonly version: "1.0" | "2.0"
  readonly arn: CallArn
  readonly request: AccessRequest
}

/**
 * Reads an event of any kind. On REST APIs the method and the path are the ARN's: that is what the answer will grant, and it
 * is the same behind every custom domain. A WebSocket connection is read as `GET /$connect`, after its route key.
 *
 * @throws TypeError for what no API sends; API Gateway answers that with 500.
 */
export function readCall(event: AuthorizerEvent): Call {
  const arn = parseArn(event.methodArn ?? event.routeArn ?? "")
  if (!arn) throw new TypeError("not an authorizer event: no methodArn or routeArn of execute-api")
  const headers = readHeaders(event)
  const query = readQuery(event)
  const { requestContext, version } = event

  if (event.type === "TOKEN") {
    const authorization = event.authorizationToken ?? undefined
    return { api: "rest", version: "1.0", arn, request: { ...grantedCall(event, arn), headers: { authorization } } }
  }
  if (requestContext?.eventType === "CONNECT" || requestContext?.routeKey === "$connect")
    return { api: "websocket", version: "1.0", arn, request: { method: "GET", path: arn.path, query, headers } }
  if (version === "2.0") {
    const method = requestContext?.http?.method ?? ""
    return { api: "http", version, arn, request: { method, path: belowStage(event.rawPath, arn), query, headers } }
  }
  return {
    api: version === "1.0" ? "http" : "rest",
    version: "1.0",
    arn,
    request: { ...grantedCall(event, arn), query, headers },
  }
}

/** The method and path that the ARN names. Where it names a route key only (`$default`), the event's own. */
function grantedCall(event: AuthorizerEvent, arn: CallArn): Pick<AccessRequest, "method" | "path"> {
  if (arn.method === null) return { method: event.httpMethod ?? "", path: belowStage(event.path, arn) }
  // What the client sent must have one reading too, or the ARN's may be another than the integration's.
  const isAmbiguous = typeof event.path === "string" && canonicalPath(event.path) === null
  return { method: arn.method, path: isAmbiguous ? (event.path ?? "") : arn.path }
}

/** HTTP APIs put the stage before the path, except for the stage `$default`. */
function belowStage(path: Maybe<string>, { stage, path: granted }: CallArn): string {
  if (!path) return ""
  // The ARN's path has no stage before it: where the two are the same, nor has this one.
  if (path === granted) return path
  const prefix = `/${stage}`
  if (path === prefix) return "/"
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path
}

/** The query as it was sent, or as it must have been: REST and WebSocket APIs and payload 1.0 hand over decoded parameters. */
function readQuery({
  rawQueryString,
  queryStringParameters,
  multiValueQueryStringParameters,
}: AuthorizerEvent): string {
  if (typeof rawQueryString === "string") return rawQueryString
  const lists = multiValueQueryStringParameters ?? {}
  const single = Object.entries(queryStringParameters ?? {}).filter(([name]) => !Object.hasOwn(lists, name))
  return [...Object.entries(lists), ...single.map(([name, value]) => [name, [value]] as const)]
    .flatMap(([name, values]) => (values ?? []).map((value) => [name, value ?? ""] as const))
    .map((pair) => pair.map(encode).join("="))
    .join("&")
}

/** A surrogate that stands alone can't be encoded; as it stands, it is read as an escape that is not UTF-8. */
function encode(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%FF"
}

/**
 * Header names in lower case, since REST and WebSocket APIs keep the client's; a header sent twice joined with a comma, so that
 * it is seen as two whether it came in one spelling or in several.
 */
function readHeaders({ headers, multiValueHeaders }: AuthorizerEvent): AccessRequest["headers"] {
  const values = new Map<string, string[]>()
  for (const [name, list] of Object.entries(multiValueHeaders ?? {}))
    values.set(name.toLowerCase(), [...(values.get(name.toLowerCase()) ?? []), ...(list ?? [])])
  const inLists = new Set(values.keys())
  for (const [name, value] of Object.entries(headers ?? {})) {
    const key = name.toLowerCase()
    if (typeof value === "string" && !inLists.has(key)) values.set(key, [...(values.get(key) ?? []), value])
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.join(", ")]))
}
