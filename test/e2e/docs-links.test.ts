import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"

const root = new URL("../../", import.meta.url)
const pages = ["flows", "refusals", "guides/cloudflare", "guides/aws", "guides/auth0", "guides/any-issuer"]

test.each(pages)("the links of docs/%s.md lead somewhere", async (name) => {
  const here = new URL(`docs/${name}.md`, root)
  const page = await readFile(here, "utf8")
  const links = [...page.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = ""]) => new URL(link, here))
  expect(links.length).toBeGreaterThan(0)
  for (const link of links) {
    const target = await readFile(new URL(link.pathname, here), "utf8")
    if (link.hash !== "") expect(anchorsOf(target)).toContain(decodeURIComponent(link.hash))
  }
})

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
    const text = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    return `#${text.replaceAll(" ", "-")}`
  })
}
