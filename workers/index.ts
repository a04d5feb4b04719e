import { WorkerEntrypoint } from "cloudflare:workers"
import policy from "../authorizer.config.ts"
import type { AccessRequest, Decision } from "../core/index.ts"
import { guard } from "./guard.ts"

const worker = guard(policy)

export default worker

/**
 * For other Workers, over a service binding with `entrypoint = "Authorizer"`: `await env.AUTHORIZER.authorize(request)`
 * gives the decision as data, for the caller to carry out.
 */
export class Authorizer extends WorkerEntrypoint {
  authorize(request: AccessRequest): Promise<Decision> {
    return worker.authorize(request)
  }
}
