import type { ConfigInput, Reason } from "../../core/index.ts"
import { startLambdaEdge } from "./lambda-edge.ts"
import { startStoringWorkerEdge } from "./storing-worker-edge.ts"
import { startWorkerEdge } from "./worker-edge.ts"

/** Where policies are enforced: what a row of these tests needs of a Worker or a Lambda function, and no more. */
export interface Edge {
  /** Whether a request is let in under a policy. Null for no token. */
  decide(policy: string, token: string | null, path?: string): Promise<Answer>
  /** Resolves when the edge has begun with all that it was asked before, as far as it begins with more than one at once. */
  settle(policy: string): Promise<void>
  /** All that it wrote so far. */
  logs(): string
  /** Ends the isolate or the environment and begins a new one: memory is lost, what is stored outside stays. */
  restart(): Promise<void>
  /** The folder in which keys outlive it; null where there is none. */
  readonly store: string | null
  close(): Promise<void>
}

export interface Answer {
  readonly allowed: boolean
  /** Null for a request that is let in. */
  readonly reason: Reason | null
  /** What the reason stands for; where API Gateway answers with another status, that is its own affair. */
  readonly status: number
}

/** By name. */
export type Policies = Readonly<Record<string, ConfigInput>>

const starts = {
  "a Worker": startWorkerEdge,
  "a Worker with the Cache API": (policies: Policies) => startStoringWorkerEdge(policies, "cache"),
  "a Worker with KV": (policies: Policies) => startStoringWorkerEdge(policies, "kv"),
  "a Lambda function": startLambdaEdge,
}

export type EdgeName = keyof typeof starts

/** Both edges. The Worker has no store: this is workerd and nothing beside it. */
export const edgeNames = ["a Worker", "a Lambda function"] as const satisfies readonly EdgeName[]
/** Those of which each keeps keys in another kind of store. */
export const storingEdgeNames = [
  "a Worker with the Cache API",
  "a Worker with KV",
  "a Lambda function",
] as const satisfies readonly EdgeName[]

export function startEdge(name: EdgeName, policies: Policies): Promise<Edge> {
  return starts[name](policies)
}
