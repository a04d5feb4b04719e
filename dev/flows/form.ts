import type { Visit } from "./browser.ts"

/** A form of an HTML page, with the values that it comes with. */
export interface Form {
  readonly action: URL
  readonly fields: URLSearchParams
}

/** Reads the form of a page of the local issuer; null where there is none. It knows what that writes, and no other HTML. */
export function readForm(page: Visit["page"], url: URL): Form | null {
  const html = page?.body ?? ""
  const [, action] = /<form[^>]*action="([^"]+)"/.exec(html) ?? []
  if (action === undefined) return null
  const fields = new URLSearchParams()
  for (const [input] of html.matchAll(/<input[^>]*>/g)) {
    const [, name] = /name="([^"]*)"/.exec(input) ?? []
    const [, value = ""] = /value="([^"]*)"/.exec(input) ?? []
    if (name !== undefined) fields.set(unescapeHtml(name), unescapeHtml(value))
  }
  return { action: new URL(unescapeHtml(action), url), fields }
}

function unescapeHtml(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&amp;", "&")
}
