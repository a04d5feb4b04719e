import { parseArn } from "../../lambda/arn.ts"
import { type ClientCall, callThrough, type Invoke, type Kind } from "../gateway/api-gateway.ts"
import type { Policy } from "../gateway/iam.ts"
import type { LambdaEdge } from "../lambda-edge.ts"
import type { LambdaAnswer, Statement } from "./api.ts"

/** As long as API Gateway waits for an authorizer. */
const patienceMilliseconds = 10_000

/**
 * Has a call decided on by the Lambda authorizer, and done with its answer what API Gateway would do. Never rejects: a function
 * that does not answer is a failure, in words.
 */
export async function askLambda(lambda: LambdaEdge, kind: Kind, call: ClientCall): Promise<LambdaAnswer> {
  let asked: { event: unknown; result: Awaited<ReturnType<Invoke>> } | null = null
  try {
    const { status } = await callThrough(kind, call, async (event) => {
      const result = await Promise.race([lambda.invoke(kind, event), untilTooLate()])
      asked = { event, result }
      return result
    })
    if (!asked) return { event: null, result: null, status, statements: null }
    const { event, result } = asked as { event: unknown; result: Awaited<ReturnType<Invoke>> }
    return { event, result, status, statements: result.outcome === "response" ? statementsOf(result.body) : null }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  }
}

function untilTooLate(): Promise<never> {
  const signal = AbortSignal.timeout(patienceMilliseconds)
  const message = `the Lambda function has not answered within ${patienceMilliseconds / 1000} seconds`
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error(message))))
}

/** The document's statements, one for each resource; null where an answer has no document. */
function statementsOf(body: unknown): readonly Statement[] | null {
  const { policyDocument } = body as { policyDocument?: Policy }
  if (!policyDocument) return null
  return policyDocument.Statement.flatMap(({ Effect, Resource }) =>
    [Resource].flat().map((resource) => {
      const { method, path } = parseArn(resource as string) ?? { method: null, path: resource as string }
      return { effect: Effect as Statement["effect"], method: method ?? "*", path }
    }),
  )
}
