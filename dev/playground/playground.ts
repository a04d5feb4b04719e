import { getRequestListener } from "@hono/node-server"
import type { ConfigInput } from "../../core/index.ts"
import type { LocalIssuer } from "../issuer/issuer.ts"
import { issuerEnvironment } from "../issuer-environment.ts"
import type { LambdaEdge } from "../lambda-edge.ts"
import type { PolicyFile } from "../policy-file.ts"
import { loopback } from "../ports.ts"
import type { Running } from "../run.ts"
import { serve } from "../serve.ts"
import type { WorkerEdge } from "../wrangler.ts"
import { createApp } from "./app.ts"
import { createFeed } from "./feed.ts"
import { viewOfIssuer } from "./issuer-control.ts"
import { pageFiles } from "./page-files.ts"
import { followPolicy } from "./policy-reload.ts"
import { standingAuthorizer } from "./standing-authorizer.ts"

export interface PlaygroundOptions {
  readonly port: number
  readonly issuer: LocalIssuer
  /** The Worker's origin. */
  readonly worker: string
  readonly edges: { readonly worker: WorkerEdge; readonly lambda: LambdaEdge }
  readonly policyFile: PolicyFile
  /** What the edges have begun with. */
  readonly policy: ConfigInput
}

/** Starts the page and what stands behind it, and keeps the edges at the policy file. Resolves as soon as it listens. */
export async function startPlayground(running: Running, options: PlaygroundOptions): Promise<void> {
  const { port, issuer, worker, edges, policyFile, policy } = options
  const { resources } = running
  const environment = issuerEnvironment(issuer)
  const standing = standingAuthorizer(policy, environment)
  const feed = createFeed()
  const publishIssuer = () => feed.publish("issuer", viewOfIssuer(issuer))
  publishIssuer()
  issuer.watch(publishIssuer)
  const all = [edges.worker, edges.lambda, standing]
  followPolicy(running, policyFile, all, environment, (view) => feed.publish("policy", view))

  const page = await pageFiles()
  const app = createApp({ port, page, issuer, feed, worker, lambda: edges.lambda, standing })
  // The global Response is not to be another for all the process.
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const served = await serve(listener, port, loopback)
  resources.defer(() => served.close())
}
