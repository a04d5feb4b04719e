/** What API Gateway sends to a TOKEN authorizer. */
export interface TokenEvent {
  readonly type: "TOKEN"
  readonly authorizationToken?: string
  readonly methodArn: string
}

/** What it wants to be told. */
export interface PolicyAnswer {
  readonly principalId: string
  readonly policyDocument: { readonly Statement: readonly { readonly Effect: string }[] }
}

/** The policy of a handler that allows the call it was asked about. */
export function allow(subject: string, event: TokenEvent, scope: unknown) {
  return {
    principalId: subject,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: event.methodArn }],
    },
    context: { scope: String(scope) },
  }
}

/** The token in the event. Throws what API Gateway answers with 401. */
export function bearerTokenIn({ authorizationToken = "" }: TokenEvent): string {
  const token = /^Bearer (.*)$/.exec(authorizationToken)?.[1]
  if (token === undefined) throw new Error("Unauthorized")
  return token
}

/** A setting of the function; it doesn't start without. */
export function setting(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}
