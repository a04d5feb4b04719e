import type { ConfigInput } from "../core/index.ts"
import type { Edge } from "./edge.ts"
import type { Kind } from "./gateway/api-gateway.ts"
import type { LocalIssuer } from "./issuer/issuer.ts"
import { type InvocationResult, type LambdaFunction, startLambdaFunction } from "./lambda-function.ts"
import type { Running } from "./run.ts"

/** The Lambda authorizer behind every kind of API. Another policy means another bundle in another process, as a deployment does. */
export interface LambdaEdge extends Edge {
  /** Resolves as soon as the function takes events. Rejects if it can't be started. */
  readonly ready: Promise<void>
  /** Rejects when the function ends of itself. */
  readonly ended: Promise<never>
  invoke(kind: Kind, event: unknown): Promise<InvocationResult>
}

export function startLambdaEdge(running: Running, issuer: LocalIssuer, policy: ConfigInput): LambdaEdge {
  const { promise: ended, reject } = Promise.withResolvers<never>()
  let current = start(policy)
  current.catch(reject)

  /** The function that answers from now on, once it does. */
  async function start(policy: ConfigInput): Promise<LambdaFunction> {
    const started = await startLambdaFunction(running, issuer, policy)
    started.ended.catch(async (failure) => {
      if ((await current) === started) reject(failure)
    })
    return started
  }

  return {
    ready: current.then(() => {}),
    ended,
    async enforce(policy) {
      const [before, next] = await Promise.all([current, start(policy)])
      current = Promise.resolve(next)
      await before.close()
    },
    async invoke(kind, event) {
      const { invoke } = await current
      return invoke(kind === "http-2.0-simple" ? "simpleHandler" : "handler", event)
    },
  }
}
