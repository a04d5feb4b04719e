import { AuthorizationResponseError, ResponseBodyError } from "openid-client"

/** Why a flow ended early, in one line: the issuer's OAuth error where it gave one. */
export function describeFailure(error: unknown): string {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const { error: code, error_description = descriptions[code] } = error
    return error_description === undefined ? code : `${code}: ${error_description}`
  }
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${describeFailure(cause)}` : error.message
}

/** What the local issuer leaves undescribed. */
const descriptions: Readonly<Record<string, string>> = {
  access_denied: "no scope could be granted: ask for one that the user may have",
}
