import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Command, startCommand } from "../support/command.ts"
import { close, freePorts, listen } from "../support/free-ports.ts"
import { type PrintedSample, paste, printedSamples } from "../support/printed-samples.ts"

describe("npm run start:lambda", () => {
  let ports: number[]
  let command: Command
  let samples: PrintedSample[]

  beforeAll(async () => {
    ports = await freePorts(4)
    command = startCommand("npm", ["run", "start:lambda", "--", ...options(ports)])
    await command.waitFor("Ctrl-C stops everything")
    samples = printedSamples(command.output)
  })
  afterAll(() => command.destroy())

  test("prints four commands for the REST API, and four for the HTTP API", () => {
    expect(samples).toHaveLength(8)
    for (const [index, { command }] of samples.entries())
      expect(command).toMatch(index < 4 ? /127\.0\.0\.1:\d+\/dev\/\w+$/ : /127\.0\.0\.1:\d+\/\w+$/)
  })

  test("each is answered with the status above it", async () => {
    for (const sample of samples) {
      const { status } = await paste(sample)
      expect(status, `${sample.remark}\n${sample.command}`).toBe(Number.parseInt(sample.remark, 10))
    }
    expect(samples.map(({ remark }) => Number.parseInt(remark, 10))).toEqual([200, 403, 401, 401, 200, 403, 401, 403])
  })

  test("the function behind learns from the authorizer who calls", async () => {
    for (const index of [0, 4]) {
      const { body } = await paste(samples[index] ?? expect.fail("not printed"))
      expect(JSON.parse(body)).toMatchObject({ caller: { sub: "m2m@clients", scope: "read:orders" } })
    }
  })

  test("the log of the authorizer says why", () => command.waitFor("signature_invalid"))

  test("Ctrl-C leaves no process and no port behind", async () => {
    expect([...command.descendants().values()].join("\n")).toContain("serverless")
    command.signal("SIGINT")
    await command.ended
    expect(command.descendants()).toEqual(new Map())
    for (const port of ports) await close(await listen(port))
  })

  test("names a port in use and the option that changes it", async () => {
    const ports = await freePorts(4)
    const taken = await listen(ports[1] ?? 0)
    const refused = startCommand(process.execPath, ["dev/start-lambda.ts", ...options(ports)])
    expect(await refused.ended).toBe(1)
    expect(refused.output).toBe(
      `Port ${ports[1]} (the WebSocket API) is in use. Choose another: npm run start:lambda -- --websocket-port <port>\n`,
    )
    await close(taken)
  })
})

function options([http, websocket, lambda, issuer]: readonly number[]): string[] {
  const apis = ["--port", String(http), "--websocket-port", String(websocket)]
  return [...apis, "--lambda-port", String(lambda), "--issuer-port", String(issuer)]
}
