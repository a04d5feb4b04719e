import { isAllowedIssuer } from "../../core/endpoint.ts"
import { CommandError } from "../command-error.ts"

/** An issuer as somebody names it. */
export interface IssuerAddress {
  readonly issuer: string
  /** Whether it is the issuer itself, to the letter; else a domain, of which the issuer is yet to be found out. */
  readonly isExact: boolean
}

const discoveryPath = "/.well-known/openid-configuration"

/** Reads a domain, an issuer, or the URL of a discovery document. */
export function readIssuerAddress(text: string): IssuerAddress {
  const given = text.trim()
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(given)
  const url = hasScheme ? given : `https://${given}`
  const isDocument = url.endsWith(discoveryPath)
  const issuer = isDocument ? url.slice(0, -discoveryPath.length) : url
  if (/^http:/i.test(issuer) && !isAllowedIssuer(issuer))
    throw new CommandError(
      `${issuer}: plain http is for this machine's loopback alone, as anybody on the way could change the keys; write https`,
    )
  if (!isAllowedIssuer(issuer))
    throw new CommandError(`${issuer}: must be a domain or an https URL, without query, fragment and password`)
  return { issuer, isExact: hasScheme && !isDocument }
}
