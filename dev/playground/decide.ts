import type { ClientCall } from "../gateway/api-gateway.ts"
import type { LambdaEdge } from "../lambda-edge.ts"
import type { Answers, Call } from "./api.ts"
import { explain } from "./explanation.ts"
import { askLambda } from "./lambda-answer.ts"
import type { StandingAuthorizer } from "./standing-authorizer.ts"
import { askWorker } from "./worker-answer.ts"

/** All that decides on a call. */
export interface Deciders {
  /** The Worker's origin. */
  readonly worker: string
  readonly lambda: LambdaEdge
  readonly standing: StandingAuthorizer
}

/** Sends a call through both edges and explains it, all at once: none waits for another, or suffers for it. */
export async function decide({ method, target, token, kind }: Call, deciders: Deciders): Promise<Answers> {
  const { host } = new URL(deciders.worker)
  const authorization = token === "" ? null : `Bearer ${token}`
  const headers = { host, ...(authorization !== null && { authorization }) }
  const mark = target.indexOf("?")
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? "" : target.slice(mark + 1)
  const call: ClientCall = { api: "abcdef1234", method, path, query, headers: Object.entries(headers) }

  const [worker, lambda, explanation] = await Promise.all([
    askWorker(deciders.worker, method, target, headers),
    askLambda(deciders.lambda, kind, call),
    explain(deciders.standing, { method, path, query, headers: { host } }, authorization),
  ])
  return { worker, lambda, explanation }
}
