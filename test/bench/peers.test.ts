import { describe, expect, test } from "vitest"
import { admit, wrongAnswers } from "../../bench/gate.ts"
import { nodePeers } from "../../bench/in-node/peers.ts"
import { type AlgorithmName, onHeader, type Peer } from "../../bench/peer.ts"
import { questionsFrom } from "../../bench/questions.ts"
import { makeIssuer, settingsFor } from "../../bench/tokens.ts"

const algorithms: readonly AlgorithmName[] = ["RS256", "PS256", "ES256", "EdDSA"]
const issuers = new Map(algorithms.map((algorithm) => [algorithm, makeIssuer(algorithm)]))

function setUp(algorithm: AlgorithmName) {
  const issuer = issuers.get(algorithm)
  if (!issuer) throw new Error(algorithm)
  return { settings: settingsFor(issuer, "node"), questions: questionsFrom(issuer) }
}

describe.each(algorithms)("%s", (algorithm) => {
  const { questions, settings } = setUp(algorithm)

  test.each(nodePeers.filter((peer) => peer.algorithms.includes(algorithm)))("$name answers rightly", async (peer) => {
    expect(await wrongAnswers(peer, settings, questions)).toEqual([])
  })
})

describe("a verifier that answers wrongly is not compared", () => {
  const answering = (decide: () => boolean): Peer => ({
    name: "wrong",
    packages: [],
    runsIn: ["node"],
    algorithms,
    checks: "claims",
    prepare: async () => onHeader(decide),
  })
  const { questions, settings } = setUp("ES256")

  const faults: readonly [name: string, decide: () => boolean, mistakes: readonly string[]][] = [
    [
      "lets everything in",
      () => true,
      ["expired", "tampered", "wrong audience"].map((name) => `let in the ${name} token`),
    ],
    ["refuses everything", () => false, ["refused the valid token"]],
    [
      "throws",
      () => {
        throw new Error("no")
      },
      ["Error: no"],
    ],
  ]

  test.each(faults)("it %s", async (_name, decide, mistakes) => {
    const { contenders, wrong } = await admit([answering(decide)], settings, questions)
    expect(contenders).toEqual([])
    expect(wrong).toEqual(mistakes.map((mistake) => `wrong, ES256: ${mistake}`))
  })

  test("what checks signatures only is not asked about claims", async () => {
    const signatures = nodePeers.filter(({ checks }) => checks === "signature")
    expect(signatures).not.toEqual([])
    for (const peer of signatures)
      expect(await wrongAnswers({ ...peer, checks: "claims" }, settings, questions)).toEqual(
        ["expired", "wrong audience"].map((name) => `${peer.name}, ES256: let in the ${name} token`),
      )
  })
})
