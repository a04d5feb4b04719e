import { redirectUri } from "../issuer/tenant.ts"
import { Browser, type Hop } from "./browser.ts"
import type { Happening, Step } from "./flow.ts"
import { readForm } from "./form.ts"

type Tell = (happening: Happening) => void

/** The steps in which a user logs in with a browser. */
export function loginSteps(asked: string): readonly Step[] {
  return [
    { id: "authorize", from: "browser", to: "issuer", label: asked },
    { id: "login", from: "browser", to: "issuer", label: "login, consent" },
  ]
}

/** The steps in which the browser is sent back to the client by a redirect. */
export const redirectSteps: readonly Step[] = [
  { id: "callback", from: "issuer", to: "browser", label: "redirect with a code" },
  { id: "code", from: "browser", to: "client", label: "code, state" },
]

/** The steps in which it is sent back by a form that the page submits by itself (OAuth 2.0 Form Post Response Mode). */
export function formSteps(carried: string): readonly Step[] {
  return [
    { id: "form", from: "issuer", to: "browser", label: "a form that sends itself" },
    { id: "post", from: "browser", to: "client", label: carried },
  ]
}

/** Logs in, and returns the address of the client's that the issuer sends the browser to. Rejects where it sends it nowhere. */
export async function logInByRedirect(start: URL, tell: Tell): Promise<URL> {
  const { url, page } = await loginBrowser(tell).visit(start)
  if (page) throw new Error(`the issuer showed a page (${page.status}) in place of a redirect to the client`)
  const parameters = Object.fromEntries(url.searchParams)
  tell({ step: "callback", summary: "a redirect", parameters })
  tell({ step: "code", summary: `GET ${url.pathname}`, parameters })
  return url
}

/** Logs in, and returns what the browser posts to the client. Rejects where the issuer gives it no form. */
export async function logInByForm(start: URL, tell: Tell): Promise<URLSearchParams> {
  const { url, page } = await loginBrowser(tell).visit(start)
  if (!page) throw new Error("the issuer sent a redirect in place of a form for the client")
  const form = readForm(page, url)
  if (!form) throw new Error(`the issuer showed a page (${page.status}) without a form for the client`)
  const { fields } = form
  const parameters = Object.fromEntries(fields)
  tell({ step: "form", summary: `${page.status}, a form`, parameters })
  tell({ step: "post", summary: `POST ${new URL(redirectUri).pathname}`, parameters })
  return fields
}

/** A browser that tells of the authorization request and of the login, each once. */
function loginBrowser(tell: Tell): Browser {
  const told = new Set<string>()
  function once(happening: Happening): void {
    if (!told.has(happening.step)) tell(happening)
    told.add(happening.step)
  }

  return new Browser(({ method, url, status }: Hop) => {
    const summary = `${method} ${url.pathname} → ${status}`
    if (url.pathname === "/authorize")
      once({ step: "authorize", summary, parameters: Object.fromEntries(url.searchParams) })
    if (url.pathname.startsWith("/interaction/")) once({ step: "login", summary, parameters: {} })
  })
}
