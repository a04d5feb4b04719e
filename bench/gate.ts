import type { Peer, Settings, Verifier } from "./peer.ts"

/** A question that every peer is asked before it is timed. */
export interface Question {
  readonly name: "valid" | "expired" | "tampered" | "wrong audience"
  readonly authorization: string
  readonly letIn: boolean
  /** Whether the answer is in the claims: not asked of what checks signatures only. */
  readonly aboutClaims: boolean
}

/** A verifier that may be timed, and whose it is. */
export interface Contender {
  readonly name: string
  readonly verifier: Verifier
}

/** Who may be compared, and what the others did wrong. */
export interface Admission {
  readonly contenders: readonly Contender[]
  readonly wrong: readonly string[]
}

/**
 * Makes a verifier of each peer that supports the algorithm, and asks the questions of it. One that answers wrongly is not compared.
 * The verifiers that are returned are new: they have seen no token.
 */
export async function admit(
  peers: readonly Peer[],
  settings: Settings,
  questions: readonly Question[],
): Promise<Admission> {
  const contenders: Contender[] = []
  const wrong: string[] = []
  for (const peer of peers) {
    if (!peer.algorithms.includes(settings.algorithm) || !peer.runsIn.includes(settings.runtime)) continue
    const mistakes = await wrongAnswers(peer, settings, questions)
    if (mistakes.length === 0) contenders.push({ name: peer.name, verifier: await peer.prepare(settings) })
    wrong.push(...mistakes)
  }
  return { contenders, wrong }
}

/**
 * The questions that a peer answers wrongly, as text; none if it may be compared. Each is asked twice, so that a wrong answer out of
 * a cache is seen too. A peer that throws has answered wrongly.
 */
export async function wrongAnswers(peer: Peer, settings: Settings, questions: readonly Question[]): Promise<string[]> {
  const wrong = new Set<string>()
  const asked = questions.filter(({ aboutClaims }) => !(aboutClaims && peer.checks === "signature"))
  try {
    const verifier = await peer.prepare(settings)
    for (const { name, authorization, letIn } of [...asked, ...asked]) {
      const answer = await verifier.decide(verifier.present(authorization))
      if (answer !== letIn) wrong.add(`${answer ? "let in" : "refused"} the ${name} token`)
    }
  } catch (error) {
    wrong.add(String(error))
  }
  return [...wrong].map((mistake) => `${peer.name}, ${settings.algorithm}: ${mistake}`)
}
