import { mkdtemp, readFile, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { bundleLambda } from "../../scripts/build-lambda.ts"

let folder: string
let bundle: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sizes-"))
  bundle = join(folder, "authorizer.mjs")
  await bundleLambda({ entryPoint: "lambda/index.ts", outfile: bundle })
})
afterAll(() => rm(folder, { recursive: true }))

test("the Lambda bundle takes no more than 60 KB: a cold start reads and compiles all of it", async () => {
  expect((await stat(bundle)).size).toBeLessThanOrEqual(60_000)
})

test("the Lambda bundle holds what decides and nothing else: no SDK, no library, not even what checks policies", async () => {
  const { sources }: { sources: string[] } = JSON.parse(await readFile(`${bundle}.map`, "utf8"))
  expect(sources.filter((source) => !/\/(?:core|lambda)\/[a-z0-9-]+\.ts$/.test(source))).toEqual([])
  expect(sources.filter((source) => source.endsWith("config-schema.ts"))).toEqual([])
  expect(sources.length).toBeGreaterThan(20)
})

test("it imports no part of Node: an import reads every export, and loads more than is asked for", async () => {
  expect(await readFile(bundle, "utf8")).not.toMatch(/(?:from|import)\s*\(?\s*"node:/)
})
