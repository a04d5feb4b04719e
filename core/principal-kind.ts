import { type Claims, claim, type Principal } from "./decision.ts"

/**
 * Whether a token speaks for a person or for a machine alone; "unclear" where something hints at a machine that a person could
 * have brought about. A machine shows by its subject, which is the client itself (RFC 9068 §2.2, Auth0's `@clients`), by `gty`,
 * by Auth0's `sub_profile`, or by Entra ID's `idtyp`. An issuer whose machines show by none of these has only users.
 */
export function principalKind({ subject, claims }: Principal): "user" | "machine" | "unclear" {
  const clients = ["client_id", "azp", "cid", "appid"].map((name) => claim(claims, name))
  const profile = claim(claims, "sub_profile")
  const isMachine =
    clients.some((client) => client === subject || (typeof client === "string" && subject === `${client}@clients`)) ||
    grantTypes(claims).some((type) => type === "client-credentials" || type === "client_credentials") ||
    profile === "service" ||
    profile === "ai_agent" ||
    claim(claims, "idtyp") === "app"
  if (isMachine) return "machine"

  // Names of clients and agents at Auth0, and of a client's own account at Keycloak. Where users choose their names, or an issuer
  // makes a subject of them, a user could have chosen one like it.
  const name = claim(claims, "preferred_username")
  const isNamedLikeOne =
    subject.endsWith("@clients") ||
    subject.startsWith("agt_") ||
    (typeof name === "string" && name.startsWith("service-account-"))
  // An application of Entra ID without `idtyp`, which is an optional claim there.
  const mayBeApplication = claim(claims, "oid") === subject && claim(claims, "scp") === undefined
  return isNamedLikeOne || mayBeApplication || (profile !== undefined && profile !== "user") ? "unclear" : "user"
}

/** Auth0's `gty`: by which grants a token came about, where it says so. That it is absent proves nothing. */
export function grantTypes(claims: Claims): readonly unknown[] {
  const value = claim(claims, "gty")
  return value === undefined ? [] : [value].flat()
}
