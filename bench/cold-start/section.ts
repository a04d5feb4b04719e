import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { audienceOf, fiveTokens } from "../end-to-end/five-tokens.ts"
import { isMet, type RunOptions, type Section, type Table, type Target } from "../section.ts"
import { digits, ratioOf, spreadOf, spreadText } from "../statistics.ts"
import { type Issuer, makeIssuer, mintToken } from "../tokens.ts"
import {
  type Bundle,
  deployedBundleBytes,
  emptyName,
  makeBundles,
  makeRunner,
  oursName,
  oursPinnedName,
  sampleName,
} from "./bundles.ts"
import { makeCertificate } from "./certificate.ts"
import { type ColdTimes, type Start, timeStarts } from "./cold-process.ts"
import { floorTable } from "./floors.ts"
import { type HttpsIssuer, startHttpsIssuer } from "./https-issuer.ts"
import { profileTable } from "./profile.ts"
import { timeInvocations, type WarmTimes } from "./warm-invocation.ts"

const planFor = ({ quick }: RunOptions) => ({
  coldRounds: quick ? 12 : 60,
  // Of each process: one has a few samples for each millisecond.
  profiledRounds: quick ? 5 : 20,
  warmRounds: quick ? 10 : 30,
  tokensPerRound: quick ? 100 : 300,
})

/** What the time of a cold process ÷ the sample's is to be at most. */
const limits = { [oursName]: 0.72, [oursPinnedName]: 0.42 } as const

const withoutCertificate = `${emptyName}, without NODE_EXTRA_CA_CERTS`

/** Lambda handlers, bundled: one call in a process that is warm, and a process from its start to its first decision. */
export async function run(options: RunOptions): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), "cold-start-"))
  const certificate = makeCertificate()
  const keys = makeIssuer("RS256")
  const issuer = await startHttpsIssuer(
    certificate,
    keys.keySet.keys.map((key) => ({ ...key })),
  )
  try {
    const certificateFile = join(folder, "certificate.pem")
    await writeFile(certificateFile, certificate.certificate)
    const environment = {
      ISSUER: issuer.issuer,
      JWKS_URI: issuer.jwksUri,
      AUDIENCE: audienceOf(keys),
      NODE_EXTRA_CA_CERTS: certificateFile,
    }
    return await measure(planFor(options), { folder, keys, issuer, environment })
  } finally {
    issuer.close()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Setting {
  readonly folder: string
  readonly keys: Issuer
  readonly issuer: HttpsIssuer
  readonly environment: Readonly<Record<string, string>>
}

async function measure(plan: ReturnType<typeof planFor>, setting: Setting): Promise<Section> {
  const { folder, keys, issuer, environment } = setting
  const bundles = await makeBundles(folder, issuer, audienceOf(keys))
  const mint = () => mintToken(keys, { iss: issuer.issuer })
  const warm = await timeInvocations(
    bundles.filter(({ name, decides }) => decides && name !== oursPinnedName),
    // An environment of Lambda that lives on has a temporary folder, too.
    { ...environment, TMPDIR: await mkdtemp(join(folder, "warm-")) },
    { questions: fiveTokens(keys, issuer.issuer), mint, rounds: plan.warmRounds, perRound: plan.tokensPerRound },
  )
  const called = { ...environment, EVENT: JSON.stringify(eventWith(mint())) }
  const starts = { runner: await makeRunner(folder), issuer, folder, rounds: plan.coldRounds }
  const cold = await timeStarts(startsOf(bundles, called), starts)
  const deployedKilobytes = (await deployedBundleBytes(folder)) / 1000
  const targets = coldTargets(cold)
  const isMissed = !targets.every(isMet)
  const withKey = { ...called, KEY: JSON.stringify(keys.keySet.keys[0]) }
  const explain = async () => [
    await floorTable(bundles, withKey, limits, starts),
    await profileTable(bundles, called, { ...starts, rounds: plan.profiledRounds }),
  ]
  return {
    title: "Lambda: warm invocation and cold process",
    notes: [
      `Each handler is bundled and minified with the settings of this project's own build, Auth0's sample as CommonJS, as what it is made of. The events are of the kind TOKEN, the tokens RS256. All handlers gave the right answer for a valid, an expired, a tampered, a wrong-audience and a missing token.`,
      `Warm: ${plan.warmRounds} rounds over all handlers, each in a process of its own, ${plan.tokensPerRound} invocations per round. Cold: ${plan.coldRounds} rounds; in each, every process is started once, fetches the key set over TLS from this machine, prints its decision and ends. The time is that from spawn to exit. Every process has an empty temporary folder of its own, and how often it asked for keys was counted. The certificate is trusted through NODE_EXTRA_CA_CERTS by all alike; the last two rows show what that costs. What is not in here is the time that Lambda takes to bring up an environment, and the distance to the issuer.`,
      "Figures are medians over the rounds of a ratio within the round, with the quartiles in brackets.",
    ],
    tables: [warmTable(warm), coldTable(cold, bundles)],
    targets: [...targets, sizeTarget(deployedKilobytes)],
    explanations: isMissed ? await explain() : [],
  }
}

function eventWith(token: string) {
  const methodArn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/GET/orders/42"
  return { type: "TOKEN", authorizationToken: `Bearer ${token}`, methodArn }
}

function startsOf(bundles: readonly Bundle[], environment: Readonly<Record<string, string>>): Start[] {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = environment
  return bundles.flatMap((bundle) => {
    const start = { name: bundle.name, bundle, environment }
    return bundle.name === emptyName ? [start, { name: withoutCertificate, bundle, environment: rest }] : [start]
  })
}

function warmTable(warm: WarmTimes): Table {
  const workloads = Object.entries(warm)
  const ours = (workload: WarmTimes[string]) => workload[oursName] ?? []
  return {
    title: `Warm invocation: ${oursName} ÷ each, and each one's microseconds`,
    columns: ["", ...workloads.map(([name]) => name)],
    rows: Object.keys(workloads[0]?.[1] ?? {}).map((name) => [
      name,
      ...workloads.map(([, times]) => {
        const own = times[name] ?? []
        return `${spreadText(ratioOf(ours(times), own))} · ${digits(spreadOf(own).median)} µs`
      }),
    ]),
  }
}

function coldTable(cold: ColdTimes, bundles: readonly Bundle[]): Table {
  return {
    title: `Cold process, from spawn to exit: ÷ ${sampleName}`,
    columns: ["", "ratio", "milliseconds", "key fetches", "bundle"],
    rows: Object.entries(cold).map(([name, times]) => {
      const bundle = bundles.find((one) => one.name === name)
      return [
        name,
        spreadText(ratioOf(times, cold[sampleName] ?? [])),
        digits(spreadOf(times).median),
        String(bundle?.fetches ?? 0),
        bundle ? `${(bundle.bytes / 1000).toFixed(1)} kB` : "",
      ]
    }),
  }
}

function coldTargets(cold: ColdTimes): Target[] {
  const promises = [
    { name: `Cold process to first decision ÷ ${sampleName}`, limit: limits[oursName], of: oursName },
    { name: `The same with pinned keys`, limit: limits[oursPinnedName], of: oursPinnedName },
  ]
  return promises.map(({ name, limit, of }) => {
    const { median, low, high } = ratioOf(cold[of] ?? [], cold[sampleName] ?? [])
    return { name, limit, is: "atMost", median, spread: [low, high] }
  })
}

function sizeTarget(kilobytes: number): Target {
  const size = { median: kilobytes, spread: [kilobytes, kilobytes] as const }
  return { name: "Lambda bundle, minified", limit: 60, is: "atMost", unit: "kB", ...size }
}
