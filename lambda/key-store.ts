import type crypto from "node:crypto"
import type fs from "node:fs"
import type { KeySource, KeyStore } from "../core/index.ts"

/**
 * Keeps key sets in the environment's /tmp, which outlives a runtime that is started anew after a crash or a time-out. Elsewhere
 * a folder for temporary files is everybody's: only a folder that is ours, and that nobody else can write to, is read.
 */
export function temporaryKeyStore(folder = `${process.env.TMPDIR || "/tmp"}/edge-authorizer`): KeyStore {
  // Not imported: an import reads every export of a built-in module, and those of node:fs bring streams and more with them.
  const { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync }: typeof fs =
    process.getBuiltinModule("node:fs")
  const isOurs = () => {
    const { uid, mode } = lstatSync(folder)
    const isFolder = (mode & 0o170000) === 0o040000
    return isFolder && uid === process.getuid?.() && (mode & 0o022) === 0
  }
  const pathOf = (source: KeySource) => `${folder}/${digestOf(source)}.json`
  return {
    async read(source) {
      try {
        return isOurs() ? JSON.parse(readFileSync(pathOf(source), "utf8")) : null
      } catch {
        return null
      }
    },
    async write(source, snapshot) {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        if (!isOurs()) return
        // Whole or not at all: another process may read while this one writes.
        const draft = `${pathOf(source)}.${process.pid}`
        writeFileSync(draft, JSON.stringify(snapshot), { mode: 0o600 })
        renameSync(draft, pathOf(source))
      } catch {
        // A full or read-only disk costs the next process a fetch, and no more.
      }
    },
  }
}

/** Another place for the keys is another source: what one of them served is not the other's. */
function digestOf({ issuer, jwksUri }: KeySource): string {
  const { createHash }: typeof crypto = process.getBuiltinModule("node:crypto")
  return createHash("sha256")
    .update(JSON.stringify([issuer, jwksUri]))
    .digest("hex")
}
