import type { Happening } from "../../flows/flow.ts"
import type { Answers, Call } from "../api.ts"
import { isLetIn } from "./verdicts.ts"

/** The call of the API as a step of its flow. */
export interface CallHappening {
  readonly state: "done" | "failed"
  readonly happening: Happening
}

export function callHappening(step: string, { method, target, token }: Call, { worker }: Answers): CallHappening {
  const answer = "failure" in worker ? worker.failure : String(worker.status)
  return {
    state: isLetIn(worker) ? "done" : "failed",
    happening: {
      step,
      summary: `${method} ${target}`,
      parameters: { ...(token !== "" && { authorization: `Bearer ${token}` }), answer },
    },
  }
}
