import type { Config } from "../../core/index.ts"
import { partsOf, type Scalar } from "../../core/requirement.ts"
import type { IssuerPath } from "./issuer-warnings.ts"
import type { Warning } from "./warning.ts"

/** Auth0's client ids are so, and hardly any API's identifier is. */
const auth0ClientId = /^[A-Za-z0-9]{32}$/

/**
 * Finds audiences that are rather a client: what has a client id as its audience is an ID token, which tells the client who logged
 * in and opens no API. `clientIds` are those that somebody knows of, beside those that the policy names.
 */
export function audienceWarnings(config: Config, clientIds: readonly string[], pathOf: IssuerPath): readonly Warning[] {
  const known = new Set<Scalar>([...clientIds, ...namedClientIds(config)])
  const remedy = "write the API's identifier, which its access tokens have in aud; ID tokens are for the client"
  return config.issuers.flatMap(({ audiences }, index) => {
    const path = pathOf(index, "audiences")
    return audiences.flatMap((audience): Warning[] => {
      if (known.has(audience)) return [{ path, message: `"${audience}" is the id of a client`, remedy }]
      if (auth0ClientId.test(audience))
        return [{ path, message: `"${audience}" looks like the id of a client`, remedy }]
      return []
    })
  })
}

/** The claims in which an issuer says which client a token was issued to. */
const clientClaims = ["azp", "client_id", "cid", "appid"]

function namedClientIds({ rules }: Config): readonly Scalar[] {
  const conditions = rules.flatMap(({ requirement }) => partsOf(requirement).flatMap((part) => part.conditions))
  return conditions.flatMap((condition) => {
    if (condition.kind !== "claim" || condition.path.length > 1 || !clientClaims.includes(condition.path[0])) return []
    const { operator, operand } = condition.test
    if (operator !== "equals" && operator !== "oneOf") return []
    return [operand].flat().filter((value): value is Scalar => typeof value !== "object")
  })
}
