import { startIssuer } from "./issuer/issuer.ts"
import { issuerEnvironment } from "./issuer-environment.ts"
import { startLambdaEdge } from "./lambda-edge.ts"
import { startOrigin } from "./origin.ts"
import { startPlayground } from "./playground/playground.ts"
import { readVersion } from "./playground/policy-reload.ts"
import { openPolicyFile } from "./policy-file.ts"
import { choosePorts, loopback } from "./ports.ts"
import { runUntilStopped, StartError } from "./run.ts"
import { sampleCommands } from "./samples.ts"
import { startWrangler } from "./wrangler.ts"

await runUntilStopped(async (running) => {
  const ports = await choosePorts("npm start", {
    port: { what: "the Worker", port: 8787 },
    "issuer-port": { what: "the local issuer", port: 4000 },
    "origin-port": { what: "the demo origin", port: 4001 },
    "playground-port": { what: "the playground", port: 4002 },
  })
  const issuer = await startIssuer({ port: ports["issuer-port"], host: loopback })
  running.resources.defer(() => issuer.close())
  const origin = await startOrigin(ports["origin-port"], loopback)
  running.resources.defer(() => origin.close())
  const policyFile = await openPolicyFile(running)
  const read = readVersion(policyFile.first, issuerEnvironment(issuer))
  if ("problem" in read) throw new StartError(read.problem)
  const { policy } = read

  // All at once: each takes a second or a few.
  const worker = `http://${loopback}:${ports.port}`
  const edges = {
    worker: startWrangler(running, { port: ports.port, originPort: origin.port, issuer, policy }),
    lambda: startLambdaEdge(running, issuer, policy),
  }
  const playground = startPlayground(running, {
    port: ports["playground-port"],
    issuer,
    worker,
    edges,
    policyFile,
    policy,
  })
  const orders = `${worker}/orders`
  const samples = sampleCommands(issuer, { orders, forgery: { url: orders, status: 401 } })

  async function untilOver(): Promise<never> {
    await Promise.all([playground, edges.worker.ready, edges.lambda.ready])
    console.log(`
Worker      ${worker}
Issuer      ${issuer.issuer} (stands in for your Auth0 tenant)
Origin      http://${loopback}:${origin.port} (the API behind the Worker)

${await samples}

Playground  http://${loopback}:${ports["playground-port"]} (each flow at the press of a button)

Ctrl-C stops everything. Below is what the Worker logs and, behind [lambda], the Lambda function.
`)
    return new Promise(() => {})
  }
  return Promise.race([edges.worker.ended, edges.lambda.ended, untilOver()])
})
