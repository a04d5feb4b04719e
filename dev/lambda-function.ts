import type { ConfigInput } from "../core/index.ts"
import { runChild } from "./child.ts"
import type { Invoke } from "./gateway/api-gateway.ts"
import type { LocalIssuer } from "./issuer/issuer.ts"
import { issuerEnvironment } from "./issuer-environment.ts"
import { type Running, StartError } from "./run.ts"
import { makeRunFolder, root } from "./run-folder.ts"

/** The exports of lambda/index.ts. */
export type HandlerName = "handler" | "simpleHandler"
export type InvocationResult = Awaited<ReturnType<Invoke>>

/** The packaged Lambda authorizer in a process of its own, with a folder for temporary files of its own: as after a cold start. */
export interface LambdaFunction {
  /** What the function returned, or the message of what it threw. Rejects where the function has ended. */
  invoke(name: HandlerName, event: unknown): Promise<InvocationResult>
  /** Rejects when the process has ended, even if it was closed. */
  readonly ended: Promise<never>
  /** Ends the process once it has answered what it was asked before. */
  close(): Promise<void>
}

/**
 * Bundles lambda/index.ts under a policy, as it would be deployed, and starts it with the local issuer as its tenant. What it logs is
 * printed. Rejects if it can't be bundled or does not start.
 */
export async function startLambdaFunction(
  running: Running,
  issuer: LocalIssuer,
  policy: ConfigInput,
): Promise<LambdaFunction> {
  const { stopping } = running
  const resources = running.resources.use(new AsyncDisposableStack())
  const folder = makeRunFolder({ resources, stopping }, ".serverless")
  const bundle = `${folder}/authorizer.mjs`
  const bundled = bundlePolicy(bundle, policy)
  // Whoever is told to stop waits for it: esbuild would make the folder anew after it was removed.
  resources.defer(() => bundled.catch(() => {}))
  await bundled

  const underWay = new Map<number, PromiseWithResolvers<InvocationResult>>()
  const ready = Promise.withResolvers<void>()
  let send: (message: object) => void = () => {}
  let invocations = 0

  const ended = runChild(
    { resources, stopping },
    {
      script: `${root}dev/lambda-process.ts`,
      args: [bundle],
      // What names somebody's own tenant would contradict the local issuer.
      env: { ISSUER: "", AUDIENCE: "", ...issuerEnvironment(issuer), TMPDIR: folder },
      onLine: (line, stream) => void process[stream].write(`[lambda] ${line}\n`),
      onStarted(sendToChild) {
        send = sendToChild
      },
      onMessage(message) {
        const { id, result } = message as { id?: number; result: InvocationResult }
        if (id === undefined) ready.resolve()
        else underWay.get(id)?.resolve(result)
      },
    },
  ).then((end): never => {
    throw new StartError(`The Lambda function ended with ${end}.`)
  })
  await Promise.race([ready.promise, ended])

  return {
    ended,
    async invoke(name, event) {
      const id = invocations++
      const answered = Promise.withResolvers<InvocationResult>()
      underWay.set(id, answered)
      send({ id, name, event })
      return Promise.race([answered.promise, ended]).finally(() => underWay.delete(id))
    },
    async close() {
      await Promise.race([Promise.all([...underWay.values()].map(({ promise }) => promise)), ended.catch(() => {})])
      await resources.disposeAsync()
    },
  }
}

async function bundlePolicy(outfile: string, policy: ConfigInput): Promise<void> {
  // Not imported before: it imports the policy file, which is known to load by now.
  const { bundleLambda } = await import("../scripts/build-lambda.ts")
  await bundleLambda({ entryPoint: "lambda/index.ts", outfile, policy })
}
