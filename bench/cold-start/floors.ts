import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundleLambda } from "../../scripts/build-lambda.ts"
import type { Table } from "../section.ts"
import { differenceOf, digits, ratioOf, spreadOf, spreadText } from "../statistics.ts"
import { type Bundle, emptyName, oursName, oursPinnedName, sampleName } from "./bundles.ts"
import { type StartPlan, timeStarts } from "./cold-process.ts"

const floors = [
  {
    name: "floor with pinned keys: node:crypto loaded, one createPublicKey, one verify",
    file: "verify.ts",
    fetches: 0,
  },
  { name: "node:https loaded, the key set fetched over TLS", file: "fetch.ts", fetches: 1 },
  { name: "floor without pinned keys: both", file: "fetch-and-verify.ts", fetches: 1 },
] as const

/**
 * Where the time goes by subtraction: processes that do no more than what nobody who decides can do without, started in turns with
 * the whole. `limits` are the targets, as shares of the sample's time, by the name of the bundle.
 */
export async function floorTable(
  bundles: readonly Bundle[],
  environment: Readonly<Record<string, string>>,
  limits: Readonly<Record<string, number>>,
  plan: StartPlan,
): Promise<Table> {
  const minima = await Promise.all(floors.map((floor) => makeFloor(plan.folder, floor)))
  const named = (name: string) => bundles.filter((bundle) => bundle.name === name)
  const rows = [...named(emptyName), ...minima, ...named(oursPinnedName), ...named(oursName), ...named(sampleName)]
  const times = await timeStarts(
    rows.map((bundle) => ({ name: bundle.name, bundle, environment })),
    plan,
  )
  const of = (name: string) => times[name] ?? []
  const [empty, sample] = [spreadOf(of(emptyName)).median, spreadOf(of(sampleName)).median]
  const allowances = Object.entries(limits).map(([name, limit]) => {
    const left = limit * sample - empty
    const sum = `${limit} × ${digits(sample)} ms = ${digits(limit * sample)} ms`
    return left > 0
      ? `The target of ${name} is ${sum}, which leaves ${digits(left)} ms on top of an empty process.`
      : `The target of ${name} is ${sum}, which is less than an empty process takes.`
  })
  return {
    title: "Cold process: what nobody who decides can do without",
    note: `Bundled and started like the rest, in turns. The floors fetch in the way of Node that starts fastest, while the rest is loaded, and check one signature; they read no claim, know no rule, and bound neither time nor size: where a floor takes more than a target leaves, it is missed before anything is decided. ${allowances.join(" ")}`,
    columns: ["", "milliseconds", "more than the empty process", `÷ ${sampleName}`],
    rows: rows.map(({ name }) => [
      name,
      spreadText(spreadOf(of(name))),
      name === emptyName ? "" : spreadText(differenceOf(of(name), of(emptyName))),
      spreadText(ratioOf(of(name), of(sampleName))),
    ]),
  }
}

async function makeFloor(folder: string, { name, file, fetches }: (typeof floors)[number]): Promise<Bundle> {
  const path = join(folder, `floor-${file.replace(".ts", ".mjs")}`)
  await bundleLambda({ entryPoint: fileURLToPath(new URL(`floors/${file}`, import.meta.url)), outfile: path })
  return { name, path, fetches, bytes: 0, decides: true }
}
