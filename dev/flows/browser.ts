/** Where a browser ended up: on a page, or on its way to a site that is not the issuer's. */
export interface Visit {
  readonly url: URL
  /** Null where the last redirect left the issuer: nothing was fetched from there. */
  readonly page: { readonly status: number; readonly body: string } | null
}

/** One request of a browser that was answered. */
export interface Hop {
  readonly method: "GET" | "POST"
  readonly url: URL
  readonly form: URLSearchParams | null
  readonly status: number
  /** Where the answer sends the browser, if it does. */
  readonly location: URL | null
}

/** A browser without a window: it keeps cookies and follows redirects, and stops where one leads to another site. */
export class Browser {
  readonly #cookies = new Map<string, string>()
  readonly #watch: (hop: Hop) => void

  /** `watch` hears of each request, in order, as soon as its answer has come. */
  constructor(watch: (hop: Hop) => void = () => {}) {
    this.#watch = watch
  }

  async visit(start: URL, form?: URLSearchParams): Promise<Visit> {
    let url = start
    let body = form ?? null
    for (let hops = 0; hops < 15; hops++) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ")
      const init = { redirect: "manual", headers: { cookie, accept: "text/html" } } as const
      const response = await fetch(url, body ? { ...init, method: "POST", body } : init)
      for (const line of response.headers.getSetCookie()) this.#keep(line)

      const target = response.headers.get("location")
      const location = target === null ? null : new URL(target, url)
      this.#watch({ method: body ? "POST" : "GET", url, form: body, status: response.status, location })
      if (location === null) return { url, page: { status: response.status, body: await response.text() } }
      url = location
      if (url.origin !== start.origin) return { url, page: null }
      body = null
    }
    throw new Error(`too many redirects from ${start}`)
  }

  #keep(setCookie: string): void {
    const [pair = ""] = setCookie.split(";")
    const name = pair.slice(0, pair.indexOf("="))
    const value = pair.slice(name.length + 1)
    if (value === "") this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}
