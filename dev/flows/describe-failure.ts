import { AuthorizationResponseError, ResponseBodyError } from "openid-client"

/** Why a flow ended early, in one line: the issuer's OAuth error where it gave one. */
export function describeFailure(error: unknown): string {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError)
    return error.error_description === undefined ? error.error : `${error.error}: ${error.error_description}`
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${describeFailure(cause)}` : error.message
}
