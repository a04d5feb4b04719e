import { existsSync } from "node:fs"
import { readFile, rename, rm, writeFile } from "node:fs/promises"
import { type Issuer, type KeySetLoad, keySourceOf, loadKeySet, writeSnapshot } from "../../core/index.ts"
import { httpGet } from "../../lambda/http-get.ts"
import { CommandError } from "../command-error.ts"

/** One issuer whose keys were pinned. */
export interface PinnedIssuer extends Pick<KeySetLoad & { ok: true }, "keys" | "skipped"> {
  readonly issuer: string
}

/**
 * Fetches the keys of issuers and writes them to a file, all or none: a file from before stays as it is until every issuer has
 * answered. `now` is in milliseconds.
 *
 * @throws CommandError naming each issuer whose keys could not be had, and why.
 */
export async function pinKeys(
  findIssuers: () => Promise<readonly Issuer[]>,
  file: string,
  now: number,
): Promise<readonly PinnedIssuer[]> {
  // The policy that names the issuers may import the file, so it has to be there.
  const isNew = !existsSync(file)
  if (isNew) await writeJson(file, { issuers: [] })
  else await checkJson(file)
  try {
    const loads = await Promise.all((await findIssuers()).map((issuer) => loadKeys(issuer, now)))
    const failures = loads.flatMap(({ issuer, load }) =>
      load.ok ? [] : [`${issuer.issuer}: ${load.detail} (${load.reason})`],
    )
    if (failures.length > 0) throw new CommandError([...failures, `Nothing was written to ${file}.`].join("\n"))
    const pinned = loads.flatMap(({ issuer, load }) => (load.ok ? [{ issuer, load }] : []))
    await writeJson(file, { issuers: pinned.map(({ issuer, load }) => writeSnapshot(issuer.issuer, load)) })
    return pinned.map(({ issuer: { issuer }, load: { keys, skipped } }) => ({ issuer, keys, skipped }))
  } catch (error) {
    if (isNew) await rm(file)
    throw error
  }
}

/** A policy that imports what is no JSON can't be read; nor could it say what is wrong. */
async function checkJson(file: string): Promise<void> {
  try {
    JSON.parse(await readFile(file, "utf8"))
  } catch {
    throw new CommandError(`${file}: is not JSON; delete it, and run this again`)
  }
}

async function loadKeys(issuer: Issuer, now: number): Promise<{ issuer: Issuer; load: KeySetLoad }> {
  return { issuer, load: await loadKeySet(keySourceOf(issuer), httpGet, now) }
}

async function writeJson(file: string, value: unknown): Promise<void> {
  const draft = `${file}.draft`
  await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`).catch((error: Error) => {
    throw new CommandError(`${file}: can't be written: ${error.message}`)
  })
  await rename(draft, file)
}
