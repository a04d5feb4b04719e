import type { CallArn } from "./arn.ts"
import type { CallerPolicy } from "./caller-policy.ts"

/** An IAM policy as API Gateway takes it from an authorizer. */
export interface PolicyDocument {
  Version: "2012-10-17"
  Statement: Statement[]
}

interface Statement {
  Action: "execute-api:Invoke"
  Effect: "Allow" | "Deny"
  Resource: string[]
}

/**
 * Allows one call: the one that was decided on, and no other, so API Gateway must not use it for a second one. The ARN must be
 * literal: see `isLiteralArn`.
 */
export function allowCall(arn: CallArn): PolicyDocument {
  return policy(statement("Allow", [arn.text]))
}

/** Denies every call to the stage, explicitly: an empty policy would let a resource policy allow what it was silent on. */
export function denyStage(arn: CallArn): PolicyDocument {
  return policy(statement("Deny", [`${arn.stageArn}/*`]))
}

/** Allows all that a caller may call on the stage, so that API Gateway may use it for any call of the same caller. */
export function allowCaller({ allow, deny }: CallerPolicy, arn: CallArn): PolicyDocument {
  if (allow.length === 0) return denyStage(arn)
  const onStage = (texts: readonly string[]) => texts.map((text) => `${arn.stageArn}/${text}`)
  const denied = deny.length > 0 ? [statement("Deny", onStage(deny))] : []
  return policy(statement("Allow", onStage(allow)), ...denied)
}

function policy(...Statement: Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement }
}

function statement(Effect: "Allow" | "Deny", Resource: string[]): Statement {
  return { Action: "execute-api:Invoke", Effect, Resource }
}
