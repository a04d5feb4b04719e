import * as client from "openid-client"
import { apiCall, type Flow } from "./flow.ts"
import { issuedTokens } from "./issued-tokens.ts"
import { logIn, pkceSteps } from "./pkce.ts"

export const refresh: Flow = {
  id: "refresh",
  title: "Refresh Token Rotation",
  use: "Any application that acts for a user for longer than an access token lives.",
  client: "spa",
  hasUser: true,
  steps: [
    ...pkceSteps("access token, refresh token"),
    { id: "refresh-request", from: "client", to: "issuer", label: "refresh token" },
    { id: "refresh-response", from: "issuer", to: "client", label: "new access and refresh token" },
    { id: "replay-request", from: "client", to: "issuer", label: "the first refresh token, again" },
    { id: "replay-response", from: "issuer", to: "client", label: "refused: it was used before" },
    { id: "family-request", from: "client", to: "issuer", label: "the new refresh token" },
    { id: "family-response", from: "issuer", to: "client", label: "refused: all of its family are" },
    apiCall,
  ],
  async run(issuer, choices, tell) {
    const later = ["refresh", "replay", "family"].map((step) => ({
      request: `${step}-request`,
      response: `${step}-response`,
    }))
    const names = new Set(["openid", "offline_access", ...choices.scope.split(" ").filter(Boolean)])
    const { configuration, answer } = await logIn(issuer, { ...choices, scope: [...names].join(" ") }, later, tell)
    const first = answer.refresh_token ?? ""
    const refreshed = await client.refreshTokenGrant(configuration, first)
    // Whoever shows a token that was used has stolen it, or was stolen from: none of them is good any longer.
    for (const token of [first, refreshed.refresh_token ?? ""]) await expectRefusal(configuration, token)
    return issuedTokens(refreshed)
  },
}

async function expectRefusal(configuration: client.Configuration, refreshToken: string): Promise<void> {
  const taken = await client.refreshTokenGrant(configuration, refreshToken).then(
    () => true,
    (error) => {
      if (error instanceof client.ResponseBodyError && error.error === "invalid_grant") return false
      throw error
    },
  )
  if (taken) throw new Error("the issuer took a refresh token that was used before, or one of its family")
}
