import { startIssuer } from "./issuer/issuer.ts"
import { startOrigin } from "./origin.ts"
import { choosePorts, loopback } from "./ports.ts"
import { runUntilStopped } from "./run.ts"
import { sampleCommands } from "./samples.ts"
import { runWrangler } from "./wrangler.ts"

await runUntilStopped(async (running) => {
  const ports = await choosePorts("npm start", {
    port: { what: "the Worker", port: 8787 },
    "issuer-port": { what: "the local issuer", port: 4000 },
    "origin-port": { what: "the demo origin", port: 4001 },
  })
  const issuer = await startIssuer({ port: ports["issuer-port"], host: loopback })
  running.resources.defer(() => issuer.close())
  const origin = await startOrigin(ports["origin-port"], loopback)
  running.resources.defer(() => origin.close())

  const worker = `http://${loopback}:${ports.port}`
  const orders = `${worker}/orders`
  const samples = await sampleCommands(issuer, { orders, forgery: { url: orders, status: 401 } })
  const onReady = () =>
    console.log(`
Worker  ${worker}
Issuer  ${issuer.issuer} (stands in for your Auth0 tenant)
Origin  http://${loopback}:${origin.port} (the API behind the Worker)

${samples}

Ctrl-C stops everything. Below is what the Worker logs.
`)
  return runWrangler(running, { port: ports.port, originPort: origin.port, issuer, onReady })
})
