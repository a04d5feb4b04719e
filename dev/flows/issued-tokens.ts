import type { TokenEndpointResponse } from "openid-client"
import type { IssuedToken } from "./flow.ts"

/** The tokens in an answer of the token endpoint. */
export function issuedTokens({ access_token, id_token, refresh_token }: TokenEndpointResponse): readonly IssuedToken[] {
  return [
    { kind: "access", token: access_token },
    ...(id_token === undefined ? [] : [{ kind: "id", token: id_token } as const]),
    ...(refresh_token === undefined ? [] : [{ kind: "refresh", token: refresh_token } as const]),
  ]
}
