import { Agent } from "node:http"
import type { AccessRequest, ConfigInput, Decision } from "../../core/index.ts"
import { type ClientCall, callThrough, type GatewayResult, type Kind } from "../../dev/gateway/api-gateway.ts"
import { bundleLambda } from "../../scripts/build-lambda.ts"
import { type LambdaRuntime, startLambdaRuntime } from "../support/lambda-runtime.ts"
import { type RawAnswer, sendRaw } from "../support/raw-http.ts"
import { type SigningIssuer, startSigningIssuer } from "../support/signing-issuer.ts"
import { type RunningWorker, startWorkerd } from "../support/workerd.ts"
import type { KnownIssuer } from "./random-policy.ts"
import { keys } from "./random-token.ts"

/** Both edges, under policies that a test hands them while they run, and the issuers that those policies know. */
export interface Edges {
  readonly known: readonly KnownIssuer[]
  readonly issuers: readonly SigningIssuer[]
  readonly worker: RunningWorker
  readonly lambda: LambdaRuntime
  /** Has both edges enforce these policies, by name, and none of those before. */
  enforce(policies: Readonly<Record<string, ConfigInput>>): Promise<void>
  /** Sends a call to the Worker, over a connection that is kept; `api` names the policy. */
  throughWorker(call: ClientCall): Promise<RawAnswer>
  /** The same through API Gateway, which asks the Lambda. */
  throughGateway(kind: Kind, call: ClientCall): Promise<GatewayResult>
  /** What the Worker decides, as it tells other Workers. */
  decide(policy: string, access: AccessRequest): Promise<Decision>
  /** All that was logged is in when it has resolved. */
  close(): Promise<unknown>
}

/** As many calls at once as a browser makes. */
const connections = 6

/** `name` tells bundles of tests that run at the same time apart. */
export async function startEdges(name: string): Promise<Edges> {
  const issuers = await Promise.all(keys.issuers.map((own) => startSigningIssuer(Object.values(own))))
  const audiences = [["https://api.example", "https://second.example"], ["https://api.example"]] as const
  const known = issuers.map(({ issuer, jwksUri }, index) => ({ issuer, jwksUri, audiences: audiences[index] ?? [] }))

  const bundle = `dist/test/${name}.mjs`
  const [worker, lambda] = await Promise.all([
    startWorkerd({
      entryPoint: "test/support/guard.worker.ts",
      workers: { ORIGIN: { entryPoint: "test/support/url-origin.worker.ts" } },
    }),
    bundleLambda({ entryPoint: "test/support/authorizer.lambda.ts", outfile: bundle }).then(() =>
      startLambdaRuntime({ bundle: new URL(`../../${bundle}`, import.meta.url).pathname }),
    ),
  ])
  const agent = new Agent({ keepAlive: true, maxSockets: connections })

  let closed: Promise<unknown> | undefined
  function closeAll() {
    agent.destroy()
    for (const issuer of issuers) issuer.close()
    return Promise.all([worker.close(), lambda.close()])
  }

  return {
    known,
    issuers,
    worker,
    lambda,
    async enforce(policies) {
      const body = JSON.stringify(policies)
      const headers = [["Host", "policies"]] as const
      const taken = await Promise.all([
        sendRaw(worker.host, { method: "POST", target: "/", headers, body, agent }),
        lambda.invoke({ policies }),
      ])
      const [{ status }, { outcome }] = taken
      if (status !== 200 || outcome !== "response") throw new Error(`policies not taken: ${JSON.stringify(taken)}`)
    },
    throughWorker({ api, method, path, query, headers }) {
      const target = query === undefined || query === "" ? path : `${path}?${query}`
      return sendRaw(worker.host, { method, target, headers: [["Host", `${api}.test`], ...headers], agent })
    },
    throughGateway: (kind, call) =>
      callThrough(kind, call, (event) => lambda.invoke({ simple: kind === "http-2.0-simple", event })),
    async decide(policy, access) {
      const body = JSON.stringify({ policy, access })
      const headers = [["Host", "decide"]] as const
      return JSON.parse((await sendRaw(worker.host, { method: "POST", target: "/decide", headers, body, agent })).body)
    },
    close: () => (closed ??= closeAll()),
  }
}
