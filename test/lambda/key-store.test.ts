import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { KeySource } from "../../core/index.ts"
import { temporaryKeyStore } from "../../lambda/key-store.ts"

const limits = { fetchTimeoutSeconds: 3, maximumDocumentBytes: 150_000, maximumKeys: 100 }
const source: KeySource = { issuer: "https://tenant.example/", jwksUri: "https://tenant.example/keys", limits }
const snapshot = { issuer: source.issuer, fetchedAt: 1, freshSeconds: null, keys: [{ kty: "RSA" }] }

let parent: string
let folder: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "key-store-"))
  folder = join(parent, "edge-authorizer")
})
afterEach(() => rm(parent, { recursive: true }))

test("gives back what was written, to another process too, and for this source alone", async () => {
  const store = temporaryKeyStore(folder)
  expect(await store.read(source)).toBeNull()
  await store.write(source, snapshot)
  expect(await temporaryKeyStore(folder).read(source)).toEqual(snapshot)
  expect(await store.read({ ...source, issuer: "https://other.example/" })).toBeNull()
  expect(await store.read({ ...source, jwksUri: null })).toBeNull()
})

test("replaces a file as a whole, and nobody else may read or write it", async () => {
  const store = temporaryKeyStore(folder)
  await store.write(source, snapshot)
  await store.write(source, { ...snapshot, fetchedAt: 2 })
  const [file = "", ...others] = await readdir(folder)
  expect(others).toEqual([])
  expect(JSON.parse(await readFile(join(folder, file), "utf8"))).toMatchObject({ fetchedAt: 2 })
  expect([(await stat(folder)).mode & 0o777, (await stat(join(folder, file))).mode & 0o777]).toEqual([0o700, 0o600])
})

test.each<[name: string, change: () => Promise<void>]>([
  ["that its group can write to", () => chmod(folder, 0o770)],
  ["that everybody can write to", () => chmod(folder, 0o707)],
  [
    "that leads elsewhere",
    async () => {
      await rename(folder, join(parent, "elsewhere"))
      await symlink(join(parent, "elsewhere"), folder)
    },
  ],
])("doesn't believe a folder %s, and writes nothing to it", async (_name, change) => {
  const store = temporaryKeyStore(folder)
  await store.write(source, snapshot)
  await change()
  expect(await store.read(source)).toBeNull()
  await store.write(source, { ...snapshot, fetchedAt: 2 })
  const [file = ""] = await readdir(folder)
  expect(JSON.parse(await readFile(join(folder, file), "utf8"))).toEqual(snapshot)
})

// To give a folder away takes root, which a container mostly has.
test.runIf(process.getuid?.() === 0)("doesn't believe a folder of somebody else's", async () => {
  const store = temporaryKeyStore(folder)
  await store.write(source, snapshot)
  await chown(folder, 65_534, 65_534)
  expect(await store.read(source)).toBeNull()
})

test("a place that can't be written to, and what is no JSON, cost nothing but the keys", async () => {
  await writeFile(folder, "a file where the folder should be")
  const store = temporaryKeyStore(folder)
  await store.write(source, snapshot)
  expect(await store.read(source)).toBeNull()

  await rm(folder)
  await mkdir(folder, { mode: 0o700 })
  await store.write(source, snapshot)
  const [file = ""] = await readdir(folder)
  await writeFile(join(folder, file), "{")
  expect(await store.read(source)).toBeNull()
})
