import type { CallArn } from "./arn.ts"

/** An IAM policy as API Gateway takes it from an authorizer. */
export interface PolicyDocument {
  Version: "2012-10-17"
  Statement: { Action: "execute-api:Invoke"; Effect: "Allow" | "Deny"; Resource: string[] }[]
}

/**
 * Allows one call: the one that was decided on, and no other, so API Gateway must not use it for a second one (a cache time of
 * 0). The ARN must be literal: see `isLiteralArn`.
 */
export function allowCall(arn: CallArn): PolicyDocument {
  return policy("Allow", arn.text)
}

/** Denies every call to the stage, explicitly: an empty policy would let a resource policy allow what it was silent on. */
export function denyStage(arn: CallArn): PolicyDocument {
  return policy("Deny", `${arn.stageArn}/*`)
}

function policy(effect: "Allow" | "Deny", resource: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: effect, Resource: [resource] }],
  }
}
