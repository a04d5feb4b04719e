import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { until } from "./stand.ts"

// Miniflare keeps what is put into the Cache API or into KV in a file as it is, and so does the Lambda function.

/** Resolves when a key, by the text of its `x`, is in a store. */
export async function stored(folder: string | null, { jwk }: { jwk: Record<string, unknown> }): Promise<void> {
  const isThere = async () => (await filesWith(folder, String(jwk.x))).length > 0
  await until(isThere, () => `no file in ${folder} holds the key`)
}

/** Writes something else in the place of whatever holds a key. It has to be as long as what was there. */
export async function overwrite(
  folder: string | null,
  { jwk }: { jwk: Record<string, unknown> },
  change: (text: string) => string,
): Promise<void> {
  for (const path of await filesWith(folder, String(jwk.x))) {
    const before = await readFile(path, "utf8")
    const after = change(before).padEnd(before.length)
    if (after === before || after.length !== before.length)
      throw new Error(`${path}: this is no change of it: ${before}`)
    await writeFile(path, after)
  }
}

async function filesWith(folder: string | null, text: string): Promise<string[]> {
  if (folder === null) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  // A file may be gone by the time it is read.
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => "")))
  return paths.filter((_path, index) => texts[index]?.includes(text))
}
