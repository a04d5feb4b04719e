import { existsSync } from "node:fs"
import { rename, rm, writeFile } from "node:fs/promises"
import { type Issuer, type KeySetLoad, keySourceOf, loadKeySet, writeSnapshot } from "../core/index.ts"
import { httpGet } from "../lambda/http-get.ts"
import { CommandError } from "./command-error.ts"

/** One issuer whose keys were pinned. `trustedUntil` is in milliseconds. */
export interface PinnedIssuer extends Pick<KeySetLoad & { ok: true }, "keys" | "skipped"> {
  readonly issuer: string
  readonly trustedUntil: number
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
  try {
    const loads = await Promise.all((await findIssuers()).map((issuer) => loadKeys(issuer, now)))
    const failures = loads.flatMap(({ issuer, load }) =>
      load.ok ? [] : [`${issuer.issuer}: ${load.detail} (${load.reason})`],
    )
    if (failures.length > 0) throw new CommandError([...failures, `Nothing was written to ${file}.`].join("\n"))
    const pinned = loads.flatMap(({ issuer, load }) => (load.ok ? [{ issuer, load }] : []))
    await writeJson(file, { issuers: pinned.map(({ issuer, load }) => writeSnapshot(issuer.issuer, load)) })
    return pinned.map(({ issuer: { issuer, keys: limits }, load: { keys, skipped } }) => {
      return { issuer, keys, skipped, trustedUntil: now + limits.maximumSnapshotAgeSeconds * 1000 }
    })
  } catch (error) {
    if (isNew) await rm(file)
    throw error
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
