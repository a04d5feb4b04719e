import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { flows } from "../dev/flows/flows.ts"
import { sequencePicture } from "../dev/flows/sequence-picture.ts"

// npm run build:pictures: draws each flow's steps, for docs/flows.md.

export const pictureFolder = new URL("../docs/flows/", import.meta.url)

/** The text of each file, by its name. */
export function flowPictures(): ReadonlyMap<string, string> {
  return new Map(flows.map((flow) => [`${flow.id}.svg`, sequencePicture(flow)]))
}

/** Writes those that differ, takes away those of no flow, and gives the names of both. */
async function writePictures(): Promise<readonly string[]> {
  await mkdir(pictureFolder, { recursive: true })
  const pictures = flowPictures()
  const stale: string[] = []
  for (const [name, text] of pictures) {
    const file = new URL(name, pictureFolder)
    if ((await readFile(file, "utf8").catch(() => null)) === text) continue
    await writeFile(file, text)
    stale.push(name)
  }
  for (const name of await readdir(pictureFolder)) {
    if (!name.endsWith(".svg") || pictures.has(name)) continue
    await rm(new URL(name, pictureFolder))
    stale.push(name)
  }
  return stale
}

if (import.meta.main) {
  const stale = await writePictures()
  // In CI, what is not committed would be missing from the docs.
  if (stale.length > 0 && process.env.CI) {
    console.error(
      `docs/flows: not what dev/flows says: ${stale.join(", ")}; commit what "npm run build:pictures" writes`,
    )
    process.exit(1)
  }
}
