import { fork } from "node:child_process"
import { once } from "node:events"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Certificate, makeCertificate } from "../cold-start/certificate.ts"
import type { Section, Table, Target } from "../section.ts"
import type { AfterBadFetch, Observations } from "./observe.ts"
import type { KeySetPeer } from "./peer.ts"
import { ours } from "./peers/ours.ts"
import { keySetPeers } from "./peers.ts"

type Observed = ReadonlyMap<KeySetPeer, Observations>

/** What each peer does with key sets, counted at an issuer over TLS that fails on demand. There is no shorter form of it. */
export async function run(): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), "key-sets-"))
  try {
    const certificate = makeCertificate()
    const certificateFile = join(folder, "certificate.pem")
    await writeFile(certificateFile, certificate.certificate)
    const observed = await Promise.all(
      keySetPeers.map(async (peer, index) => {
        const temporary = join(folder, String(index))
        await mkdir(temporary)
        return [peer, await observeInChild(peer, certificate, { certificateFile, temporary })] as const
      }),
    )
    return report(new Map(observed))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** In a process of its own, so that no peer finds what another has left behind, with an empty temporary folder. */
async function observeInChild(
  { name }: KeySetPeer,
  { certificate, privateKey }: Certificate,
  { certificateFile, temporary }: { certificateFile: string; temporary: string },
): Promise<Observations> {
  const child = fork(fileURLToPath(new URL("observe-child.ts", import.meta.url)), [name, certificate, privateKey], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificateFile, TMPDIR: temporary },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  })
  let [observations, errors]: [Observations | null, string] = [null, ""]
  child.once("message", (message: Observations) => {
    observations = message
    // It has nothing more to say; connections that are kept would hold it for a while.
    child.kill()
  })
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk))
  await once(child, "close")
  if (observations === null) throw new Error(`${name} could not be observed:\n${errors}`)
  return observations
}

function report(observed: Observed): Section {
  return {
    title: "Key sets: what each does when they change, are asked for too often, or can't be had",
    notes: [
      "In Node, each in a process of its own and set up as its documentation recommends, before an issuer over TLS on this machine. Every figure was counted or timed; none is a median. fast-jwt is not here: it fetches no keys by itself.",
      "“Rotated in” is a key that the issuer adds right after its key set was fetched: how long until a token signed with it is let in. The flood is 200 tokens with 200 key ids that don't exist, in ten waves, with a valid token amid each wave; fetches for those ten are counted, too. In the columns on HTML and 5 MB, a token with an unknown key gives occasion for a fetch that is answered so; then a token with a key that was known before is tried. “Did not ask” is said of those that fetch nothing so soon after the last fetch: the answer never reached them.",
      "Keys were known for seconds, not for hours: how long a known key outlives an outage is not shown here.",
    ],
    tables: [fetchTable(observed), failureTable(observed), setUpTable()],
    targets: targetsOf(observed.get(ours)),
  }
}

const yesOrNo = (value: boolean) => (value ? "yes" : "no")

const afterBadFetch = ({ works, asked }: AfterBadFetch) => (asked ? yesOrNo(works) : `${yesOrNo(works)}; did not ask`)

function wait(milliseconds: number | null, most: number): string {
  if (milliseconds === null) return `not within ${most} s`
  return milliseconds === 0 ? "at once" : `after ${(milliseconds / 1000).toFixed(1)} s`
}

function fetchTable(observed: Observed): Table {
  return {
    title: "Fetches and rotation",
    columns: [
      "",
      "fetches, 100 first requests at once",
      "fetches, 10 more",
      "key rotated in",
      "fetches, flood of 200 unknown keys",
      "of them without an answer for 1 s",
      "valid tokens let in amid it, of 10",
      "and right after",
      "key rotated in after the flood",
    ],
    rows: [...observed].map(([{ name }, seen]) => [
      name,
      String(seen.firstHundred),
      String(seen.nextTen),
      wait(seen.rotatedIn, 3),
      String(seen.floodFetches),
      String(seen.leftWaiting),
      String(seen.letInDuringFlood),
      yesOrNo(seen.letInAfterFlood),
      wait(seen.rotatedInAfterFlood, 3),
    ]),
  }
}

function failureTable(observed: Observed): Table {
  return {
    title: "Failures of the issuer",
    columns: [
      "",
      "down: known key works",
      "was down at the start: works again",
      "HTML: known key works",
      "5 MB: known key works",
      "one broken key in the set: the good one works",
    ],
    rows: [...observed].map(([{ name }, seen]) => [
      name,
      yesOrNo(seen.knownKeyInOutage),
      wait(seen.recovery, 6),
      afterBadFetch(seen.knownKeyAfterHtml),
      afterBadFetch(seen.knownKeyAfterFiveMegabytes),
      yesOrNo(seen.goodKeyBesideBroken),
    ]),
  }
}

function setUpTable(): Table {
  return { title: "Set up with", columns: ["", ""], rows: keySetPeers.map(({ name, note }) => [name, note]) }
}

function targetsOf(seen: Observations | undefined): Target[] {
  if (!seen) return []
  const promises = [
    { name: "Fetches for 100 concurrent first requests", limit: 1, median: seen.firstHundred },
    { name: "Fetches for 10 requests with known keys", limit: 0, median: seen.nextTen },
    { name: "Fetches for 200 unknown keys in a burst", limit: 1, median: seen.floodFetches },
    { name: "Milliseconds until a key rotated in is accepted", limit: 0, median: seen.rotatedIn ?? Number.NaN },
  ]
  return promises.map(({ median, ...promise }) => ({ ...promise, is: "atMost", median, spread: [median, median] }))
}
