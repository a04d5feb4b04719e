import * as client from "openid-client"
import { Browser } from "./browser.ts"
import { discoverClient } from "./client.ts"
import { apiCall, type Flow, type Happening } from "./flow.ts"
import { readForm } from "./form.ts"
import { issuedTokens } from "./issued-tokens.ts"

/** How often the device asks, in seconds. The issuer names none, and would be asked every 5 seconds (RFC 8628 §3.5). */
const interval = 1
/** Longer than a user takes here, who has confirmed by the time of the second poll. In milliseconds. */
const patience = 30_000

export const device: Flow = {
  id: "device",
  title: "Device Authorization",
  use: "A television or a command line: the user logs in with another device that has a browser.",
  client: "tv",
  hasUser: true,
  steps: [
    { id: "device-request", from: "client", to: "issuer", label: "client_id, scope, audience" },
    { id: "device-response", from: "issuer", to: "client", label: "device code, user code" },
    { id: "poll", from: "client", to: "issuer", label: "device code" },
    { id: "pending", from: "issuer", to: "client", label: "authorization_pending" },
    { id: "activate", from: "browser", to: "issuer", label: "user code" },
    { id: "confirm", from: "browser", to: "issuer", label: "login, confirmation" },
    { id: "poll-again", from: "client", to: "issuer", label: "device code" },
    { id: "token-response", from: "issuer", to: "client", label: "access token, ID token" },
    apiCall,
  ],
  async run(issuer, { user, scope, withAudience, organization }, tell) {
    let started: client.DeviceAuthorizationResponse | null = null
    const steps = [
      { request: "device-request", response: "device-response" },
      // The user is done before the device asks again.
      { request: "poll", response: "pending", meanwhile: async () => started && approve(started, user, tell) },
      { request: "poll-again", response: "token-response" },
    ]
    const configuration = await discoverClient(issuer, "tv", steps, tell)
    started = await client.initiateDeviceAuthorization(configuration, {
      scope,
      // Here, as everywhere, it stands in for what a person would type on the login page.
      login_hint: user,
      ...(withAudience && { audience: issuer.audience }),
      ...(organization !== null && { organization }),
    })
    const signal = AbortSignal.timeout(patience)
    const polled = { ...started, interval }
    return issuedTokens(await client.pollDeviceAuthorizationGrant(configuration, polled, undefined, { signal }))
  },
}

/** What a user does: opens the address, sees that the code is the device's, logs in and confirms. Rejects where nothing can be confirmed. */
async function approve(
  { verification_uri_complete = "" }: client.DeviceAuthorizationResponse,
  user: string,
  tell: (happening: Happening) => void,
): Promise<void> {
  const browser = new Browser()
  const start = new URL(verification_uri_complete)
  let { url, page } = await browser.visit(start)
  tell({
    step: "activate",
    summary: `GET ${start.pathname} → ${page?.status}`,
    parameters: Object.fromEntries(start.searchParams),
  })
  let form = readForm(page, url)
  if (!form) throw new Error(`the issuer showed a page (${page?.status}) without a form for the user code`)
  // After a refusal the page asks for another code.
  for (; form?.fields.get("user_code"); form = readForm(page, url))
    ({ url, page } = await browser.visit(form.action, form.fields))
  tell({ step: "confirm", summary: `POST ${start.pathname} → ${page?.status}`, parameters: { user } })
}
