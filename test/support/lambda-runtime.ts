import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, dirname, extname, join } from "node:path"
import { preload, runtimeInterface } from "./install-runtime-interface.ts"
import { type InvocationResult, type LambdaError, serveRuntimeApi } from "./lambda-runtime-api.ts"

/** A Lambda function in a process of its own, called as the runtime `nodejs24.x` calls it. */
export interface LambdaRuntime {
  /** Why the function did not start, if it didn't. Every invocation then ends with this error, as it does on AWS. */
  readonly initError: LambdaError | null
  invoke(event: unknown): Promise<InvocationResult>
  /** Stops the process where it stands, as Lambda does when an answer is out; the next invocation has it go on. */
  freeze(): void
  /** All that was written so far, by the function and by the runtime about it. */
  logs(): string
  close(): Promise<void>
}

/**
 * Starts the export `handlerName` of the module `bundle` under AWS's own runtime interface client and waits until it asks for
 * work or has failed to start. The function sees `environment` and what Lambda itself sets; nothing of our environment. Its
 * folder for temporary files is its own, unless `environment` says otherwise, as /tmp is an environment's own.
 */
export async function startLambdaRuntime(options: {
  bundle: string
  handlerName?: string
  environment?: Readonly<Record<string, string>>
}): Promise<LambdaRuntime> {
  const { bundle, handlerName = "handler", environment = {} } = options
  const api = await serveRuntimeApi()
  const temporary = await mkdtemp(join(tmpdir(), "lambda-"))
  const child = spawn(process.execPath, ["--import", preload, runtimeInterface], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      TMPDIR: temporary,
      ...environment,
      _HANDLER: `${basename(bundle, extname(bundle))}.${handlerName}`,
      LAMBDA_TASK_ROOT: dirname(bundle),
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_REGION: "eu-central-1",
      AWS_LAMBDA_RUNTIME_API: api.address,
      // The client that asks for events in JavaScript; preload.ts sees to the results.
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: "true",
      AWS_LAMBDA_FUNCTION_NAME: "authorizer",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/authorizer",
      AWS_LAMBDA_LOG_STREAM_NAME: "test",
    },
  })
  // "close" comes when the last line of its log is in, too.
  const exited = once(child, "close")
  exited.then(([code]) => api.fail({ errorType: "Runtime.ExitError", errorMessage: `the runtime ended with ${code}` }))

  let log = ""
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (log += text))

  let isFrozen = false
  function thaw() {
    if (isFrozen) child.kill("SIGCONT")
    isFrozen = false
  }

  return {
    initError: await api.started,
    invoke(event) {
      thaw()
      return api.invoke(event)
    },
    freeze() {
      isFrozen = child.kill("SIGSTOP")
    },
    logs: () => log,
    async close() {
      // A process that stands still does not see that it is to end.
      thaw()
      child.kill()
      await exited
      api.close()
      await rm(temporary, { recursive: true })
    },
  }
}
