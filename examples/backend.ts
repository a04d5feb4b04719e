/** What of an event this backend reads. REST, HTTP (payload 1.0 and 2.0) and WebSocket APIs each fill a part of it. */
export interface BackendEvent {
  readonly httpMethod?: string
  readonly path?: string
  readonly requestContext: {
    readonly http?: { readonly method: string; readonly path: string }
    readonly routeKey?: string
    /** HTTP APIs with payload 2.0 nest the authorizer's context one level deeper. */
    readonly authorizer?: AuthorizerContext & { readonly lambda?: AuthorizerContext }
  }
}

type AuthorizerContext = Readonly<Record<string, unknown>>

// Named one by one: the gateways put values of their own beside them.
const callerKeys = ["sub", "iss", "client_id", "scope", "permissions", "exp", "rule"]

/**
 * The backend that `serverless.yml` protects. It answers with the route that was called and with what the authorizer said
 * about the caller: null on a route without an authorizer. It checks nothing: by the time it is called, the authorizer has.
 */
export async function handler({ httpMethod, path, requestContext }: BackendEvent) {
  const { authorizer, http, routeKey } = requestContext
  const method = http?.method ?? httpMethod
  return {
    statusCode: 200,
    headers: { "content-type": "application/json", "access-control-allow-origin": "*" },
    body: JSON.stringify({
      route: method === undefined ? routeKey : `${method} ${http?.path ?? path}`,
      caller: authorizer === undefined ? null : pick(authorizer.lambda ?? authorizer, callerKeys),
    }),
  }
}

function pick(values: AuthorizerContext, keys: readonly string[]): AuthorizerContext {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(values, key)).map((key) => [key, values[key]]))
}
