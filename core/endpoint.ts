const loopbackHosts = ["127.0.0.1", "localhost", "[::1]"]

// Cloud metadata services answer on link-local addresses and on one name; nothing that signs tokens lives there.
const metadataHosts =
  /^(?:169\.254\.\d+\.\d+|\[fe80:.*\]|\[fd00:ec2::254\]|\[::ffff:a9fe:.*\]|metadata\.google\.internal\.?)$/

/**
 * Whether a URL may be asked for keys: https, or plain http on this machine's loopback, for development; no user
 * information, no fragment, no metadata service.
 */
export function isAllowedEndpoint(text: string): boolean {
  const url = URL.parse(text)
  if (!url || url.username || url.password || text.includes("#")) return false
  if (metadataHosts.test(url.hostname)) return false
  return url.protocol === "https:" || isLoopback(text)
}

/** Whether a URL may be an issuer: an endpoint without a query, which discovery could not be appended to. */
export function isAllowedIssuer(text: string): boolean {
  return isAllowedEndpoint(text) && !text.includes("?")
}

/** Whether a URL is plain http on this machine's loopback. */
export function isLoopback(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === "http:" && loopbackHosts.includes(url.hostname)
}
