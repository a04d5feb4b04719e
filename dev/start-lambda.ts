import { buildFunctions, runEmulator } from "./emulator.ts"
import { startIssuer } from "./issuer/issuer.ts"
import { choosePorts, loopback } from "./ports.ts"
import { runUntilStopped } from "./run.ts"
import { sampleCommands } from "./samples.ts"

await runUntilStopped(async (running) => {
  const ports = await choosePorts("npm run start:lambda", {
    port: { what: "the REST and the HTTP API", port: 3100 },
    "websocket-port": { what: "the WebSocket API", port: 3101 },
    "lambda-port": { what: "calls of the functions themselves", port: 3102 },
    "issuer-port": { what: "the local issuer", port: 4000 },
  })
  await buildFunctions(running)
  const issuer = await startIssuer({ port: ports["issuer-port"], host: loopback })
  running.resources.defer(() => issuer.close())

  const http = `http://${loopback}:${ports.port}`
  const rest = `${http}/dev`
  const restSamples = await sampleCommands(issuer, {
    orders: `${rest}/orders`,
    forgery: { url: `${rest}/whoami`, status: 401 },
  })
  const httpSamples = await sampleCommands(issuer, {
    orders: `${http}/orders`,
    forgery: { url: `${http}/whoami`, status: 403 },
  })
  const onReady = () =>
    console.log(`
REST API       ${rest}
HTTP API       ${http}
WebSocket API  ws://${loopback}:${ports["websocket-port"]}
Issuer         ${issuer.issuer} (stands in for your Auth0 tenant)

REST API:
${restSamples}

HTTP API:
${httpSamples}

Unlike AWS, this emulator (serverless-offline) answers a bad token at ${rest}/orders with 403, a failed authorizer with 401,
sends bodies of its own, and does not look at the actions and conditions of a policy.

Ctrl-C stops everything. Below is what the functions log.
`)
  return runEmulator(running, {
    httpPort: ports.port,
    websocketPort: ports["websocket-port"],
    lambdaPort: ports["lambda-port"],
    issuer,
    onReady,
  })
})
