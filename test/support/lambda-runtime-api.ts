import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { json } from "node:stream/consumers"

/** An error as the runtime reports it: a name and a message; its stack trace is left out. */
export interface LambdaError {
  readonly errorType: string
  readonly errorMessage: string
}

/** What came of one invocation: what the handler returned, or the error that it threw. */
export type InvocationResult =
  | { readonly outcome: "response"; readonly body: unknown }
  | ({ readonly outcome: "error" } & LambdaError)

/** Lambda's side of the Runtime API: hands out events and takes in what came of them, one at a time. */
export interface RuntimeApi {
  /** Host and port, as the runtime wants them. */
  readonly address: string
  /** Resolves when the runtime asks for work for the first time (null), or has reported why it can't. */
  readonly started: Promise<LambdaError | null>
  invoke(event: unknown): Promise<InvocationResult>
  /** The runtime is gone: what is in hand, and whatever comes, ends with this error. */
  fail(error: LambdaError): void
  close(): void
}

interface Invocation {
  readonly id: string
  readonly event: unknown
  settle(result: InvocationResult): void
}

/** Serves the Runtime API on loopback (AWS Lambda, "Using the Lambda runtime API"). */
export async function serveRuntimeApi(): Promise<RuntimeApi> {
  const started = Promise.withResolvers<LambdaError | null>()
  const waiting: Invocation[] = []
  let running: Invocation | null = null
  let poll: ServerResponse | null = null
  let failure: LambdaError | null = null

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const [, action] =
      /^\/2018-06-01\/runtime\/(?:invocation\/[^/]+|invocation|init)\/(\w+)$/.exec(request.url ?? "") ?? []
    if (action === "next") {
      started.resolve(null)
      poll = response
      return handOut()
    }
    const body = await json(request)
    response.writeHead(202, { "content-type": "application/json" }).end("{}")
    if (action === "response") settle({ outcome: "response", body })
    else if (running) settle({ outcome: "error", ...readError(body) })
    else fail(readError(body))
  }

  function handOut() {
    if (!poll || running) return
    running = waiting.shift() ?? null
    if (!running) return
    poll.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": running.id,
      "lambda-runtime-deadline-ms": String(Date.now() + 5_000),
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-central-1:123456789012:function:authorizer",
    })
    poll.end(JSON.stringify(running.event))
    poll = null
  }

  function settle(result: InvocationResult) {
    running?.settle(result)
    running = null
    // The runtime may have asked for the next event before its last result was in.
    handOut()
  }

  function fail(error: LambdaError) {
    failure ??= error
    started.resolve(failure)
    for (const { settle } of [...(running ? [running] : []), ...waiting.splice(0)])
      settle({ outcome: "error", ...failure })
    running = null
  }

  return {
    address: `127.0.0.1:${port}`,
    started: started.promise,
    fail,
    invoke(event) {
      if (failure) return Promise.resolve({ outcome: "error", ...failure })
      return new Promise((settle) => {
        waiting.push({ id: randomUUID(), event, settle })
        handOut()
      })
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function readError(body: unknown): LambdaError {
  const { errorType, errorMessage } = body as LambdaError
  return { errorType, errorMessage }
}
