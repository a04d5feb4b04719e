import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Reason, reasons } from "../../core/index.ts"
import { eventOf } from "../../dev/gateway/api-gateway.ts"
import { bundleLambda } from "../../scripts/build-lambda.ts"
import { startLambdaRuntime } from "../support/lambda-runtime.ts"
import type { Answer, Edge, Policies } from "./edge.ts"

/** A Lambda function's edge may be frozen between two calls, as Lambda does it. */
export interface LambdaEdge extends Edge {
  /** The next call has it go on. */
  freeze(): void
}

/**
 * The bundled Lambda function under AWS's runtime interface client, asked as by an HTTP API with simple responses: of all kinds
 * of API this one is told every reason. One environment, which takes one event at a time, with a /tmp of its own.
 */
export async function startLambdaEdge(policies: Policies): Promise<LambdaEdge> {
  const folder = await mkdtemp(join(tmpdir(), "keys-lambda-"))
  const store = join(folder, "tmp")
  await mkdir(store)
  const bundle = join(folder, "function.mjs")
  await bundleLambda({ entryPoint: "test/support/authorizer.lambda.ts", outfile: bundle })

  const environment = { POLICIES: JSON.stringify(policies), TMPDIR: store }
  const start = async () => {
    const started = await startLambdaRuntime({ bundle, environment })
    if (started.initError) throw new Error(started.initError.errorMessage)
    return started
  }
  let lambda = await start()
  let earlierLogs = ""

  async function end() {
    await lambda.close()
    earlierLogs += lambda.logs()
  }
  return {
    async decide(policy, token, path = "/orders") {
      const headers = token === null ? [] : [["Authorization", `Bearer ${token}`] as const]
      const event = eventOf("http-2.0-simple", { api: policy, method: "GET", path, headers })
      const result = await lambda.invoke({ simple: true, event })
      return result.outcome === "error" ? readFault(result.errorMessage) : readAnswer(result.body)
    },
    // It begins with the next event when it is done with the one before.
    settle: async () => {},
    freeze: () => lambda.freeze(),
    logs: () => earlierLogs + lambda.logs(),
    store,
    async restart() {
      await end()
      lambda = await start()
    },
    async close() {
      await end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function readAnswer(body: unknown): Answer {
  const { isAuthorized, context } = body as { isAuthorized: boolean; context: { reason?: Reason } }
  if (isAuthorized) return { allowed: true, reason: null, status: 200 }
  return { allowed: false, ...described(context.reason) }
}

/** A fault is an error whose message begins with the reason. */
function readFault(message: string): Answer {
  return { allowed: false, ...described(/^(\w+): /.exec(message)?.[1], message) }
}

function described(
  reason: string | undefined,
  text = `an answer without a reason`,
): { reason: Reason; status: number } {
  if (reason === undefined || !(reason in reasons)) throw new Error(text)
  const known = reason as Reason
  return { reason: known, status: reasons[known].status }
}
