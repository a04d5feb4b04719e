import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { parseConfig } from "../../core/index.ts"
import { fastJwtCached } from "../peers/fast-jwt-cached.ts"
import { oursName } from "../peers/ours.ts"
import type { RunOptions, Section } from "../section.ts"
import { digits } from "../statistics.ts"

const program = fileURLToPath(new URL("heap-after.ts", import.meta.url))
const names = [oursName, fastJwtCached.name] as const

/** A million takes minutes, as each token is signed first. Shown twice, they fill any cache here many times over with far fewer. */
const loadsFor = ({ quick }: RunOptions) => [
  { tokens: quick ? 10_000 : 1_000_000, times: 1, each: "each once" },
  { tokens: quick ? 8000 : 100_000, times: 2, each: "each twice in a row" },
]

/** What the verifiers that remember tokens still hold after many. Two at a time: this measures no time. */
export async function run(options: RunOptions): Promise<Section> {
  const loads = loadsFor(options)
  const held: (readonly number[])[] = []
  for (const { each, times, tokens } of loads) {
    console.error(`  ${tokens} tokens, ${each}`)
    held.push(await Promise.all(names.map((name) => bytesAfter(name, tokens, times))))
  }
  const { memo } = parseConfig({ issuers: [{ issuer: "https://acme.eu.auth0.com/", audiences: ["an API"] }] })
  return {
    title: "Memory",
    notes: [
      `What a verifier with a memory still holds after many distinct tokens, none of them expired: heap and buffers, after a full garbage collection, above what it held after 500. Each is alone in its process.${
        options.quick ? " A full run shows 1,000,000 tokens once and 100,000 twice." : ""
      } Both have their own default sizes: ${oursName} remembers up to ${memo.maximumTokens.toLocaleString("en")} tokens in at most ${digits(memo.maximumBytes / 1_000_000)} MB as it estimates them, and fast-jwt 1,000 tokens. Twice in a row is there for what is only remembered when it comes again. Below zero, more was given back than taken.`,
    ],
    tables: [
      {
        title: "MB held",
        columns: ["", ...loads.map(({ each, tokens }) => `${tokens.toLocaleString("en")} tokens, ${each}`)],
        rows: names.map((name, index) => [
          name,
          ...held.map((bytes) => digits((bytes[index] ?? Number.NaN) / 1_000_000)),
        ]),
      },
    ],
    targets: [],
  }
}

async function bytesAfter(name: string, tokens: number, times: number): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    program,
    name,
    `${tokens}`,
    `${times}`,
  ])
  return JSON.parse(stdout).bytes
}
