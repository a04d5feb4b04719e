import { readdir, readFile } from "node:fs/promises"
import { describe, expect, test } from "vitest"
import { flows } from "../../dev/flows/flows.ts"
import { sequencePicture } from "../../dev/flows/sequence-picture.ts"
import { flowPictures, pictureFolder } from "../../scripts/write-flow-pictures.ts"

const pictures = [...flowPictures()]

test("there is a picture of each flow, and no other", async () => {
  expect((await readdir(pictureFolder)).sort()).toEqual(flows.map(({ id }) => `${id}.svg`).sort())
})

test.each(pictures)("docs/flows/%s is what npm run build:pictures writes", async (name, text) => {
  expect(await readFile(new URL(name, pictureFolder), "utf8")).toBe(text)
})

describe("a picture", () => {
  const asked = { id: "ask", from: "client", to: "issuer", label: "a <b> & c" } as const
  const answered = { id: "answer", from: "issuer", to: "client", label: "token" } as const
  const picture = sequencePicture({ title: "Two & two", steps: [asked, answered] })

  test("has lanes for those that take part alone", () => {
    expect([...picture.matchAll(/class="name"[^>]*>(\w+)</g)].map(([, name]) => name)).toEqual([
      "Application",
      "Issuer",
    ])
  })

  test("has an arrow for each step, from its sender to its receiver", () => {
    const tips = [...picture.matchAll(/x1="(\d+)"[^>]*\/>\n {2}<path class="tip" d="M(\d+)/g)]
    expect(tips.map(([, from, to]) => [Number(from), Number(to)])).toEqual([
      [70, 570],
      [570, 70],
    ])
  })

  test("says in words what it shows, with nothing of a label read as markup", () => {
    expect(picture).toContain("<title>Two &amp; two</title>")
    expect(picture).toContain("<desc>Application to Issuer: a &lt;b&gt; &amp; c. Issuer to Application: token.</desc>")
  })
})
