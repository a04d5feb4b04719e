import type { Config, VerifiedToken } from "../core/index.ts"
import type { PolicyAnswer } from "./answer.ts"
import type { CallArn } from "./arn.ts"
import { type CallerPolicy, callerPolicies } from "./caller-policy.ts"
import { callerContext } from "./context.ts"
import { allowCaller } from "./iam-policy.ts"

/** API Gateway's limit for the answer of a WebSocket API's authorizer; none is published for the others. */
const maximumAnswerBytes = 8192
/** The share of it that the context may take: the document needs more. */
const maximumContextBytes = 2048
/** The names, braces and quotes around what is counted. */
const envelopeBytes = 384
/** A subject of 255 characters (OpenID Connect Core §2), as JSON. */
const usualSubjectBytes = 257

/** What is left for the resources of a document, beside a subject that is no longer than most. */
export const maximumPolicyBytes = maximumAnswerBytes - maximumContextBytes - envelopeBytes - usualSubjectBytes

/** What is left for them in the answer to a caller; nobody has no subject. */
export function policyBytesFor(token: VerifiedToken | null): number {
  const { length } = new TextEncoder().encode(JSON.stringify(token?.subject ?? ""))
  return maximumPolicyBytes - Math.max(0, length - usualSubjectBytes)
}

/** Makes the answers for a policy under which API Gateway tells callers apart by their token alone. */
export function callerAnswers(config: Config): (token: VerifiedToken | null, arn: CallArn) => PolicyAnswer {
  const policyFor = callerPolicies(config)
  const told = new Set<string>()
  // Whoever's token is remembered has their policy remembered with it.
  const known = new WeakMap<VerifiedToken, { readonly stageArn: string; readonly policy: CallerPolicy }>()

  return (token, arn) => {
    const context = callerContext(token, config.upstream, maximumContextBytes)
    const remembered = token && known.get(token)
    const policy = remembered?.stageArn === arn.stageArn ? remembered.policy : make(token, arn.stageArn)
    return { principalId: token?.subject ?? "anonymous", policyDocument: allowCaller(policy, arn), context }
  }

  function make(token: VerifiedToken | null, stageArn: string): CallerPolicy {
    const policy = policyFor(token, policyBytesFor(token), stageArn)
    if (token) known.set(token, { stageArn, policy })
    for (const { name } of policy.unsaid) if (!told.has(name)) logUnsaid(name)
    for (const { name } of policy.unsaid) told.add(name)
    return policy
  }
}

/** Said once: what a rule allows and the document does not is refused by API Gateway, which won't say why. */
function logUnsaid(rule: string): void {
  const message = 'left out of the document for all calls; "edge-authorizer policy --aws" says why'
  console.warn(JSON.stringify({ message, rule }))
}
