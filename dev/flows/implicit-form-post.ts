import * as client from "openid-client"
import { redirectUri } from "../issuer/tenant.ts"
import { authorizationParameters } from "./authorization-request.ts"
import { discoverClient } from "./client.ts"
import type { Flow } from "./flow.ts"
import { formSteps, logInByForm, loginSteps } from "./front-channel.ts"

export const implicitFormPost: Flow = {
  id: "implicit-form-post",
  title: "Implicit with Form Post",
  use: "A web application that only wants to know who the user is, and calls no API.",
  client: "web",
  hasUser: true,
  steps: [
    ...loginSteps("response_type=id_token, nonce"),
    ...formSteps("ID token, state"),
    { id: "call", from: "client", to: "api", label: "Authorization: Bearer, ID token (misuse)" },
  ],
  async run(issuer, choices, tell) {
    const configuration = await discoverClient(issuer, "web")
    client.useIdTokenResponseType(configuration)
    const expectedState = client.randomState()
    const nonce = client.randomNonce()
    const url = client.buildAuthorizationUrl(configuration, {
      ...authorizationParameters(choices, issuer.audience),
      response_mode: "form_post",
      state: expectedState,
      nonce,
    })
    const fields = await logInByForm(url, tell)
    const posted = new Request(redirectUri, { method: "POST", body: fields })
    await client.implicitAuthentication(configuration, posted, nonce, { expectedState })
    return [{ kind: "id", token: fields.get("id_token") ?? "" }]
  },
}
