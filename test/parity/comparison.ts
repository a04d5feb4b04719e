import type { Authorizer, Decision } from "../../core/index.ts"
import { documentLimit, isKept, untoldByKept } from "./cached-document.ts"
import type { Edges } from "./edges.ts"
import type { RandomCase } from "./random-cases.ts"
import type { RandomPolicy } from "./random-policy.ts"
import { expectedOfGateway, expectedOfWorker, isSame, type Seen, seenAtGateway, seenAtWorker } from "./seen.ts"
import { asSent, asTold } from "./told.ts"

/** One case, decided by the core and asked for at both edges. */
export interface Comparison {
  readonly decision: Decision
  readonly differences: readonly Difference[]
  /** Where only the document differs, by what IAM can't say. */
  readonly limit: string | null
}

/** An answer that is not the core's, with all that it came from. */
export interface Difference {
  readonly edge: string
  readonly expected: Seen
  readonly answered: Seen
  readonly call: unknown
  readonly claims: string
  readonly rule: unknown
  readonly policy: unknown
}

/** Asks an authorizer and both edges, which enforce the policy under a name, about one case. */
export async function compare(
  { call, kind }: RandomCase,
  { config, input }: RandomPolicy,
  name: string,
  core: Authorizer,
  edges: Edges,
): Promise<Comparison> {
  const named = { ...call, api: name }
  const decision = await core.authorize(asSent(call))
  const told = await core.authorize(asTold(kind, call))
  const [worker, gateway] = await Promise.all([edges.throughWorker(named), edges.throughGateway(kind, named)])

  const atWorker = { edge: "Worker", expected: expectedOfWorker(decision, call), answered: seenAtWorker(worker, call) }
  const atGateway = { edge: kind, expected: expectedOfGateway(told, kind, call), answered: seenAtGateway(gateway) }
  const kept = isKept(kind, config)
  const limit =
    kept && atGateway.expected.status !== atGateway.answered.status
      ? documentLimit(kind, named, atGateway, {
          config,
          rule: told.rule,
          token: callerOf(await core.identify(asTold(kind, call))),
        })
      : null
  const answers = [
    ...(isSame(atWorker.expected, atWorker.answered) ? [] : [atWorker]),
    ...(limit || isSame(atGateway.expected, atGateway.answered, kept ? untoldByKept(told) : []) ? [] : [atGateway]),
  ]
  const [, claims = ""] = call.headers.find(([header]) => header === "Authorization")?.[1].split(".") ?? []
  const differences = answers.map((answer) => ({
    ...answer,
    call,
    claims: Buffer.from(claims, "base64url").toString(),
    rule: input.routes?.[config.rules.findIndex((rule) => rule.name === decision.rule)] ?? decision.rule,
    policy: input,
  }))
  return { decision, differences, limit }
}

/** Nobody, while it can't be said who it is. */
function callerOf(identified: Awaited<ReturnType<Authorizer["identify"]>>) {
  return identified && "outcome" in identified ? null : identified
}
