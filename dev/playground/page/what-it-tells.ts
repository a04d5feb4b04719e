import { written } from "./written.ts"

/** What an API can learn from the claims of an access token, and what no look at it will tell. */
export function whatItTells(claims: Readonly<Record<string, unknown>>): {
  readonly can: readonly string[]
  readonly cannot: readonly string[]
} {
  const { sub, gty, azp, client_id: clientId, org_id: organization, cnf, acr, amr } = claims
  const client = azp ?? clientId
  const isMachine =
    gty === "client-credentials" ||
    (typeof sub === "string" && (sub === clientId || sub === `${written(client)}@clients`))
  return {
    can: present([
      isMachine ? "that an application calls for itself, with no user" : `for which user: ${written(sub)}`,
      client !== undefined && `which application got it: ${written(client)}`,
      gty === "password" && "that the application has seen the user's password (gty)",
      organization !== undefined && `in which organization: ${written(organization)}`,
      cnf !== undefined && "that it is bound to a key, which the caller must prove to have",
    ]),
    cannot: present([
      isMachine ? "whether a human is behind it" : "whether the user is still logged in",
      "whether it was revoked: it is good until it ends",
      !isMachine &&
        (gty === undefined || gty === "refresh_token") &&
        "by which flow it came, with PKCE or with a secret",
      !isMachine && acr === undefined && amr === undefined && "how the user logged in (no acr, no amr)",
      cnf === undefined && "who holds it: whoever does is taken for the application",
    ]),
  }
}

function present(lines: readonly (string | false)[]): readonly string[] {
  return lines.filter((line) => line !== false)
}
