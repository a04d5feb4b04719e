/** Where a browser ended up: on a page, or on its way to a site that is not the issuer's. */
export interface Visit {
  readonly url: URL
  /** Null where the last redirect left the issuer: nothing was fetched from there. */
  readonly page: { readonly status: number; readonly body: string } | null
}

/** A browser without a window: it keeps cookies and follows redirects, and stops where one leads to another site. */
export class Browser {
  readonly #cookies = new Map<string, string>()

  async visit(start: URL, form?: URLSearchParams): Promise<Visit> {
    let url = start
    let body = form
    for (let hops = 0; hops < 15; hops++) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ")
      const init = { redirect: "manual", headers: { cookie, accept: "text/html" } } as const
      const response = await fetch(url, body ? { ...init, method: "POST", body } : init)
      for (const line of response.headers.getSetCookie()) this.#keep(line)

      const location = response.headers.get("location")
      if (location === null) return { url, page: { status: response.status, body: await response.text() } }
      url = new URL(location, url)
      if (url.origin !== start.origin) return { url, page: null }
      body = undefined
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
