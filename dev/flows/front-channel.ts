import { Browser, type Hop, type Visit } from "./browser.ts"
import type { Happening, Step } from "./flow.ts"

/** The steps in which a user logs in with a browser. */
export const loginSteps = {
  authorize: (label: string): Step => ({ id: "authorize", from: "browser", to: "issuer", label }),
  login: { id: "login", from: "browser", to: "issuer", label: "login, consent" } as const satisfies Step,
}

/** A browser that tells of the authorization request and of the login, each once. The redirect back is the flow's own to tell. */
export function loginBrowser(tell: (happening: Happening) => void): Browser {
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

/** Where the issuer sent the browser back to. Throws where it kept it, with a page of its own. */
export function redirectOf({ url, page }: Visit): URL {
  if (page) throw new Error(`the issuer showed a page (${page.status}) in place of a redirect to the client`)
  return url
}

/** What a redirect carries, in its query or its fragment. */
export function redirectParameters({ searchParams, hash }: URL): Record<string, string> {
  return { ...Object.fromEntries(searchParams), ...Object.fromEntries(new URLSearchParams(hash.slice(1))) }
}
