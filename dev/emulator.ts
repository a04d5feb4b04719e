import { connect } from "node:net"
import { setTimeout as wait } from "node:timers/promises"
import { runChild } from "./child.ts"
import { commandFile } from "./command-file.ts"
import type { LocalIssuer } from "./issuer/issuer.ts"
import { issuerEnvironment } from "./issuer-environment.ts"
import { loopback } from "./ports.ts"
import { type Running, StartError } from "./run.ts"
import { homeIn, makeRunFolder, root } from "./run-folder.ts"
import { toolOutput } from "./tool-output.ts"

export interface EmulatorOptions {
  /** Of the REST API and of the HTTP API. */
  readonly httpPort: number
  readonly websocketPort: number
  readonly lambdaPort: number
  readonly issuer: LocalIssuer
  /** Called once, as soon as the APIs answer. */
  readonly onReady: () => void
}

/** Bundles the Lambda functions, as they would be deployed. Rejects if that fails, after what is wrong has been printed. */
export async function buildFunctions(running: Running): Promise<void> {
  const end = await runChild(running, {
    script: `${root}scripts/build-lambda.ts`,
    onLine: (line, stream) => void (stream === "stderr" && process.stderr.write(`${line}\n`)),
  })
  if (end !== "exit code 0") throw new StartError(`The build of the Lambda functions ended with ${end}.`)
}

/**
 * Runs the APIs of serverless.yml in serverless-offline, with the local issuer as the tenant of their authorizers. What the
 * functions log and what goes wrong is printed. Rejects when the emulator ends of itself.
 */
export async function runEmulator(running: Running, options: EmulatorOptions): Promise<never> {
  const { httpPort, websocketPort, lambdaPort, issuer, onReady } = options
  const { stopping } = running
  const output = toolOutput()
  const ended = runChild(running, {
    script: commandFile("serverless", "sls"),
    args: [
      "offline",
      ...["--host", loopback, "--httpPort", String(httpPort)],
      ...["--websocketPort", String(websocketPort), "--lambdaPort", String(lambdaPort)],
    ],
    env: {
      ...issuerEnvironment(issuer),
      ...homeIn(makeRunFolder(running, ".serverless")),
      SLS_NOTIFICATIONS_MODE: "off",
      SLS_LOG_LEVEL: "warning",
    },
    onLine: output.onLine,
  })
  // At this log level it doesn't say when it listens.
  Promise.all([httpPort, websocketPort].map((port) => untilListening(port, stopping))).then(
    () => {
      output.up()
      onReady()
    },
    () => {},
  )
  const end = await ended
  output.ended()
  throw new StartError(`serverless-offline ended with ${end}.`)
}

/** Resolves as soon as somebody accepts connections on the port. Rejects if that is no longer wanted. */
async function untilListening(port: number, stopping: AbortSignal): Promise<void> {
  while (!(await accepts(port))) await wait(50, undefined, { signal: stopping })
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, loopback)
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
}
