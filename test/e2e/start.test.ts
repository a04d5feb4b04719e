import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest"
import { type CheckoutCopy, copyCheckout } from "../support/checkout-copy.ts"
import { type Command, startCommand } from "../support/command.ts"
import { close, freePorts, listen } from "../support/free-ports.ts"
import { type PrintedSample, paste, printedSamples } from "../support/printed-samples.ts"

const up = "Ctrl-C stops everything"

describe("npm start", () => {
  let ports: number[]
  let command: Command
  let samples: PrintedSample[]

  beforeAll(async () => {
    ports = await freePorts(4)
    command = startCommand("npm", ["start", "--", ...options(ports)])
    await command.waitFor(up)
    samples = printedSamples(command.output)
  })
  afterAll(() => command.destroy())

  test("prints four commands, each below the status that it is answered with", () => {
    expect(samples.map(({ remark }) => remark.slice(0, 4))).toEqual(["200:", "403:", "401:", "401:"])
  })

  test("names the address of the page first, and serves it", async () => {
    const address = /^Playground {2}(\S+)/m.exec(command.output)?.[1]
    expect(address).toBe(`http://127.0.0.1:${ports[3]}`)
    expect(await (await fetch(String(address))).text()).toContain("/page.js")
  })

  test("a token with the scope gets to the origin, which learns who calls and never sees the token", async () => {
    const { status, body } = await paste(sample(samples, 0))
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({
      method: "GET",
      path: "/orders",
      identity: { "x-auth-sub": "m2m@clients", "x-auth-scope": "read:orders" },
      authorization: "none",
    })
  })

  test("a token without the scope is told which one is needed", async () => {
    const { status, headers } = await paste(sample(samples, 1))
    expect(status).toBe(403)
    expect(headers["www-authenticate"]).toContain('error="insufficient_scope"')
    expect(headers["www-authenticate"]).toContain('scope="write:orders"')
  })

  test("no token is met with a bare challenge", async () => {
    const { status, headers } = await paste(sample(samples, 2))
    expect(status).toBe(401)
    expect(headers["www-authenticate"]).toMatch(/^Bearer\b/)
    expect(headers["www-authenticate"]).not.toContain("error")
  })

  test("a forged token is refused, and the Worker's log says why", async () => {
    const { status, headers } = await paste(sample(samples, 3))
    expect(status).toBe(401)
    expect(headers["www-authenticate"]).toContain('error="invalid_token"')
    await command.waitFor("signature_invalid")
  })

  test("Ctrl-C leaves no process and no port behind", async () => {
    const running = [...command.descendants().values()].join("\n")
    for (const process of ["workerd serve", "dev/lambda-process.ts", "esbuild"]) expect(running).toContain(process)
    command.signal("SIGINT")
    await command.ended
    expect(command.descendants()).toEqual(new Map())
    for (const port of ports) await close(await listen(port))
  })
})

describe("dev/start.ts", () => {
  let command: Command | undefined
  let copy: CheckoutCopy | undefined
  afterEach(async () => {
    command?.destroy()
    await copy?.remove()
  })

  async function start(...args: string[]): Promise<Command> {
    command = startCommand(process.execPath, ["dev/start.ts", ...args])
    return command
  }

  test("is stopped in the midst of starting, and leaves nothing behind", async () => {
    copy = await copyCheckout()
    command = startCommand(process.execPath, [`${copy.folder}/dev/start.ts`, ...options(await freePorts(4))])
    const starting = command
    await vi.waitFor(() => expect([...starting.descendants().values()].join("\n")).toContain("wrangler"), 20_000)
    starting.signal("SIGTERM", "command")
    expect(await starting.ended).toBe(0)
    expect(starting.output).not.toContain(up)
    expect(starting.descendants()).toEqual(new Map())
    const folders = [".serverless", ".wrangler"].map((name) => join(String(copy?.folder), name)).filter(existsSync)
    const left = folders.flatMap((folder) => readdirSync(folder))
    expect(left.filter((name) => name.startsWith("run-"))).toEqual([])
  })

  test.each([
    { process: "wrangler-dist", says: "wrangler dev ended with" },
    { process: "lambda-process.ts", says: "The Lambda function ended with SIGKILL." },
  ])("fails, and closes everything, when $process ends", async ({ process: name, says }) => {
    const running = await start(...options(await freePorts(4)))
    await running.waitFor(up)
    for (const [pid, line] of running.descendants()) if (line.includes(name)) process.kill(pid, "SIGKILL")
    expect(await running.ended).toBe(1)
    expect(running.output).toContain(says)
    expect(running.descendants()).toEqual(new Map())
  })

  test.each([
    { from: "routes: [", to: "routes: [[[{", says: /^authorizer\.config\.ts:\d+:\d+: Expected identifier/m },
    { from: "scopes:", to: "scoops:", says: /^authorizer\.config: routes\[2\]\.scoops: unknown key/m },
  ])("says what is wrong with a policy that has $to, and starts nothing", async ({ from, to, says }) => {
    copy = await copyCheckout()
    await copy.writePolicy((await copy.readPolicy()).replace(from, to))
    command = startCommand(process.execPath, [`${copy.folder}/dev/start.ts`, ...options(await freePorts(4))])
    expect(await command.ended).toBe(1)
    expect(command.output).toMatch(says)
    expect(command.output).not.toContain("    at ")
    expect(command.descendants()).toEqual(new Map())
  })

  test("names each port in use and the option that changes it, before anything is started", async () => {
    const ports = await freePorts(4)
    const [worker, issuer] = await Promise.all([listen(ports[0] ?? 0), listen(ports[1] ?? 0)])
    const refused = await start(...options(ports))
    expect(await refused.ended).toBe(1)
    expect(refused.output).toBe(
      `Port ${ports[0]} (the Worker) is in use. Choose another: npm start -- --port <port>\n` +
        `Port ${ports[1]} (the local issuer) is in use. Choose another: npm start -- --issuer-port <port>\n`,
    )
    await Promise.all([close(worker), close(issuer)])
  })

  test.each([
    { args: ["--prot", "9000"], says: "Unknown option '--prot'." },
    { args: ["--port", "http"], says: '--port: "http" is no port; give a number from 1 to 65535.' },
    { args: ["--port", "9000", "--issuer-port", "9000"], says: "--port and --issuer-port are both 9000" },
  ])("$args is refused", async ({ args, says }) => {
    const refused = await start(...args)
    expect(await refused.ended).toBe(1)
    expect(refused.output).toContain(says)
  })
})

function options([worker, issuer, origin, playground]: readonly number[]): string[] {
  const ports = { port: worker, "issuer-port": issuer, "origin-port": origin, "playground-port": playground }
  return Object.entries(ports).flatMap(([name, port]) => [`--${name}`, String(port)])
}

function sample(samples: readonly PrintedSample[], index: number): PrintedSample {
  const found = samples[index]
  if (!found) throw new Error(`only ${samples.length} commands were printed`)
  return found
}
