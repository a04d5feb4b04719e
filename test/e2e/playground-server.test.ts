import { rm } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { flows } from "../../dev/flows/flows.ts"
import { kinds } from "../../dev/gateway/api-gateway.ts"
import type { Answers, Call, PolicyView } from "../../dev/playground/api.ts"
import { isByWorker } from "../../dev/playground/page/verdicts.ts"
import { type CheckoutCopy, copyCheckout } from "../support/checkout-copy.ts"
import { type Command, startCommand } from "../support/command.ts"
import { freePorts } from "../support/free-ports.ts"
import { type Listening, type PlaygroundClient, playgroundClient } from "../support/playground-client.ts"
import { type RawAnswer, sendRaw } from "../support/raw-http.ts"

// What the page asks of its server, without a browser. `npm start` runs from a copy, as its policy is edited here.
let copy: CheckoutCopy
let command: Command
let host: string
let page: PlaygroundClient
let events: Listening
let reader: string

beforeAll(async () => {
  copy = await copyCheckout()
  const [port, issuer, origin, playground] = await freePorts(4)
  const options = ["--port", port, "--issuer-port", issuer, "--origin-port", origin, "--playground-port", playground]
  command = startCommand("npm", ["--prefix", copy.folder, "start", "--", ...options.map(String)])
  host = `127.0.0.1:${playground}`
  await command.waitFor("Ctrl-C stops everything")
  page = playgroundClient(`http://${host}`)
  events = await page.listen()
  reader = await page.token("client-credentials")
})
afterAll(async () => {
  events?.close()
  command?.destroy()
  await copy?.remove()
})

describe("an issuer that is down before the Worker has asked it for keys", () => {
  test("is an outage where no keys are known, and none where they are", async () => {
    expect(await page.change({ behaviour: "down" })).toMatchObject({ behaviour: "down" })
    const { worker, lambda, explanation } = await page.decide({ token: reader })
    expect(worker).toMatchObject({ status: 503, received: null })
    expect(worker).toHaveProperty("headers", expect.arrayContaining([["retry-after", expect.any(String)]]))
    expect(explanation.decision).toMatchObject({ outcome: "fault", reason: "keys_unreachable" })
    expect(explanation.ending?.enough).toContain("an issuer that answers")
    // The function has fetched them when it started.
    expect(lambda).toMatchObject({ status: 200 })
  })

  test("ends with the outage", async () => {
    await page.change({ behaviour: "well" })
    await vi.waitFor(async () => expect(statuses(await page.decide({ token: reader }))).toEqual([200, 200]), 20_000)
  })

  test("is none any more for an edge that knows the keys", async () => {
    await page.change({ behaviour: "down" })
    const answers = await page.decide({ token: reader })
    expect(statuses(answers)).toEqual([200, 200])
    expect(answers.explanation.decision.outcome).toBe("allow")
    await page.change({ behaviour: "well" })
  })
})

describe("the page", () => {
  test.each([
    ["/", "text/html"],
    ["/page.css", "text/css"],
    ["/page.js", "text/javascript"],
  ])("%s is served, and may load nothing from elsewhere", async (path, type) => {
    const { status, headers } = await sendRaw(host, { target: path, headers: [["host", host]] })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" })
    expect(headers["content-type"]).toContain(type)
    expect(headers["content-security-policy"]).toMatch(/^default-src 'self'; style-src 'self';/)
  })

  test("learns what there is to choose from", async () => {
    const { flows: summaries, users, organizations, ...setup } = await page.setup()
    expect(setup).toMatchObject({ audience: "https://api.example.com", kinds })
    expect(setup.scopes).toEqual(expect.arrayContaining(["openid", "read:orders"]))
    expect(summaries).toEqual(JSON.parse(JSON.stringify(flows)))
    expect(users[0]).toEqual({ name: "alice", permissions: ["read:orders", "write:orders"] })
    expect(organizations[0]).toEqual({ id: expect.any(String), name: expect.any(String) })
  })
})

describe("a flow", () => {
  test.each(flows)("$id tells each step but the call of the API, and ends with its tokens", async ({ id, steps }) => {
    const lines = await page.runFlow(id, { scope: "openid read:orders" })
    const told = lines.flatMap((line) => ("happening" in line ? [line.happening.step] : []))
    expect(told).toEqual(steps.slice(0, -1).map((step) => step.id))
    expect(lines.at(-1)).toEqual({
      tokens: expect.arrayContaining([expect.objectContaining({ token: expect.any(String) })]),
    })
  })

  test("tells of each step when it happens, not at the end", async () => {
    const choices = { user: "alice", scope: "read:orders", withAudience: true, organization: null }
    const response = await page.post("/api/flows/device", choices)
    const chunks: string[] = []
    for await (const chunk of response.body as ReadableStream<Uint8Array>) chunks.push(Buffer.from(chunk).toString())
    // Between the first of them and the last, the device has waited before it asked again.
    expect(chunks[0]).toContain("happening")
    expect(chunks[0]).not.toContain("tokens")
    expect(chunks.at(-1)).toContain("tokens")
  })

  test("that fails says why", async () => {
    await page.change({ behaviour: "down" })
    expect((await page.runFlow("client-credentials")).at(-1)).toEqual({
      failure: expect.stringMatching(/fetch failed|socket/),
    })
    await page.change({ behaviour: "well" })
  })

  test("that there is not is a 404", async () => {
    const response = await page.post("/api/flows/magic", {})
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: expect.stringContaining("client-credentials") })
  })
})

interface Row {
  readonly name: string
  readonly call: () => Partial<Call>
  /** At the Worker; and of the explanation, null where it is let in. */
  readonly status: number
  readonly reason: string | null
  /** The step that failed. */
  readonly failed?: string
  readonly enough?: string
}

const rows: readonly Row[] = [
  { name: "a token with the scope", call: () => ({ token: reader }), status: 200, reason: null },
  { name: "a public path", call: () => ({ target: "/health" }), status: 200, reason: null },
  {
    name: "a token without the scope",
    call: () => ({ method: "POST", token: reader }),
    status: 403,
    reason: "scope_insufficient",
    failed: "requirements",
    enough: "scope write:orders",
  },
  { name: "no token", call: () => ({}), status: 401, reason: "credentials_missing", failed: "credentials" },
  {
    name: "a token whose signature was changed",
    call: () => ({ token: `${reader.slice(0, -10)}AAAAAAAAAA` }),
    status: 401,
    reason: "signature_invalid",
    failed: "signature",
    enough: "just as the issuer gave it out",
  },
  { name: "no JWT", call: () => ({ token: "opaque" }), status: 401, reason: "token_malformed", failed: "token" },
  { name: "two tokens in one", call: () => ({ token: "a b" }), status: 400, reason: "credentials_malformed" },
  {
    name: "a path that no rule covers",
    call: () => ({ target: "/nowhere", token: reader }),
    status: 403,
    reason: "route_unknown",
    failed: "route",
    enough: "a rule for it",
  },
  { name: "a path with an empty segment", call: () => ({ target: "//orders" }), status: 400, reason: "path_ambiguous" },
]

describe("a call is decided on by both edges, and explained:", () => {
  for (const kind of kinds)
    test.each(rows)(`$name, ${kind}`, async ({ call, status, reason, failed, enough }) => {
      const { worker, lambda, explanation } = await page.decide({ ...call(), kind })
      const wasReceived = { method: "GET", path: call().target ?? "/orders", authorization: "none" }
      expect(worker).toMatchObject({ status, received: reason === null ? wasReceived : null })
      if (reason !== null) expect(worker).toHaveProperty("body", expect.stringContaining(reason))

      // What API Gateway can't say: a 400, or over HTTP a 401.
      const byGateway = kind.startsWith("rest") ? (status === 400 ? 401 : status) : status === 200 ? 200 : 403
      // Without a token, a TOKEN authorizer is not asked.
      if (kind === "rest-token" && !call().token) expect(lambda).toMatchObject({ status: 401, result: null })
      else expect(lambda).toMatchObject({ status: byGateway, result: { outcome: expect.any(String) } })

      const { decision, steps, ending, skipped } = explanation
      expect(decision).toMatchObject(reason === null ? { outcome: "allow" } : { outcome: "refuse", reason })
      expect(steps.map(({ passed }) => passed)).toEqual(
        steps.map((_, index) => reason === null || index < steps.length - 1),
      )
      expect(steps.length + skipped.length).toBe(10)
      expect(ending?.reason ?? null).toBe(reason)
      if (failed) expect(steps.at(-1)).toMatchObject({ step: failed, text: expect.stringMatching(/./) })
      if (enough) expect(ending?.enough).toContain(enough)
    })

  test("the document's resources are read as calls", async () => {
    const { lambda } = await page.decide({ token: reader, kind: "http-2.0" })
    expect(lambda).toMatchObject({ statements: [{ effect: "Allow", method: "GET", path: "/orders" }] })
    expect(lambda).toMatchObject({ event: { version: "2.0", rawPath: "/orders" } })
    const refused = await page.decide({ method: "POST", token: reader, kind: "rest-token" })
    expect(refused.lambda).toMatchObject({ statements: [{ effect: "Deny", method: "*", path: "/*" }] })
    const simple = await page.decide({ token: reader, kind: "http-2.0-simple" })
    expect(simple.lambda).toMatchObject({ result: { body: { isAuthorized: true } }, statements: null })
  })

  test("what wrangler dev can't read as a URL is refused by it, and not by the Worker", async () => {
    const { worker, explanation } = await page.decide({ target: "/orders/<7>", token: reader })
    if ("failure" in worker) throw new Error(worker.failure)
    expect([worker.status, isByWorker(worker)]).toEqual([400, false])
    expect(explanation.decision.outcome).toBe("allow")
    const own = await page.decide({ target: "/orders/*", token: reader })
    if ("failure" in own.worker) throw new Error(own.worker.failure)
    expect([own.worker.status, isByWorker(own.worker)]).toEqual([400, true])
  })

  test("all that the rule asks for is listed under the last step", async () => {
    const { explanation } = await page.decide({ method: "POST", token: reader })
    expect(explanation.steps.at(-1)?.asked).toMatchObject([{ text: "scope write:orders", isMet: false, parts: [] }])
  })

  test("no text holds the token, wherever it was typed", async () => {
    const { explanation } = await page.decide({ target: `/orders/${reader}`, token: `${reader}x` })
    const { decision: _, ...texts } = explanation
    expect(JSON.stringify(texts)).not.toContain(reader.slice(0, 40))
  })

  test("the query reaches the origin, and is no part of the path", async () => {
    const { worker, lambda } = await page.decide({ target: "/orders?state=open&state=new", token: reader })
    expect(worker).toMatchObject({ received: { path: "/orders?state=open&state=new" } })
    expect(lambda).toMatchObject({ event: { multiValueQueryStringParameters: { state: ["open", "new"] } } })
  })

  test.each([
    { call: { target: "/or ders" }, says: "the path holds a character" },
    { call: { token: "käse\n" }, says: "the token holds a character" },
  ])("what HTTP can't carry is said in place of the Worker's answer: $call", async ({ call, says }) => {
    const { worker, lambda, explanation } = await page.decide(call)
    expect(worker).toEqual({ failure: expect.stringContaining(says) })
    expect(lambda).toHaveProperty("status")
    expect(explanation.decision.outcome).toBe("refuse")
  })
})

describe("what can't be meant is refused, and what to send is said:", () => {
  const call = { method: "GET", target: "/orders", token: "", kind: "http-1.0" }
  const choices = { user: "alice", scope: "", withAudience: true, organization: null }
  test.each([
    ["/api/decide", [], "method: required"],
    ["/api/decide", "GET /orders", "the body must be an object with method, target, token, kind"],
    ["/api/decide", { ...call, method: "GE T" }, 'method: must be a method in capitals, such as "GET"'],
    ["/api/decide", { ...call, method: "get" }, 'method: must be a method in capitals, such as "GET"'],
    ["/api/decide", { ...call, method: "CONNECT" }, "method: CONNECT asks for a tunnel"],
    ["/api/decide", { ...call, target: "https://elsewhere.example/" }, 'target: must begin with "/"'],
    ["/api/decide", { ...call, kind: "soap" }, "kind: must be one of rest-token"],
    ["/api/decide", { ...call, tokens: [] }, "tokens: unknown; there are method"],
    ["/api/flows/client-credentials", { ...choices, user: "eve" }, "user: must be one of alice, bob"],
    ["/api/flows/client-credentials", { ...choices, organization: "" }, "organization: must be one of "],
    ["/api/flows/client-credentials", { ...choices, withAudience: "no" }, "withAudience: must be true or false"],
    ["/api/issuer", {}, "the body: must be an object with one of rotate"],
    ["/api/issuer", { rotate: {}, behaviour: "down" }, "the body: must be an object with one of rotate"],
    ["/api/issuer", { rotate: { alg: "HS256" } }, "rotate.alg: must be one of RS256"],
    ["/api/issuer", { withdraw: { kid: "none" } }, "withdraw.kid: the issuer has no such key"],
    ["/api/issuer", { behaviour: "odd" }, "behaviour: must be one of well, slow, down, garbage"],
    ["/api/issuer", { clockSkewSeconds: 1e9 }, "clockSkewSeconds: must be a whole number of seconds"],
    ["/api/issuer", { tokenProfile: "saml" }, "tokenProfile: must be one of auth0, rfc9068"],
  ])("%s with %j", async (path, body, says) => {
    const response = await page.post(path, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.stringContaining(says) })
  })

  test("no JSON, and too much of it", async () => {
    const broken = await postRaw("/api/decide", "{", [])
    expect(broken).toMatchObject({ status: 400, body: expect.stringContaining("the body must be JSON") })
    const { status } = await page.post("/api/decide", { ...call, token: "x".repeat(300_000) })
    expect(status).toBe(413)
  })
})

describe("nobody but its own page is answered:", () => {
  const down = JSON.stringify({ behaviour: "down" })
  const isUntouched = async () =>
    expect(await page.change({ clockSkewSeconds: 0 })).toMatchObject({ behaviour: "well" })

  test.each(["evil.example", "127.0.0.1", "127.0.0.1:1"])("not under the name %s", async (name) => {
    for (const target of ["/", "/api/setup", "/api/events"]) {
      const answer = await sendRaw(host, { target, headers: [["host", name]] })
      expect(answer).toMatchObject({ status: 403, body: expect.stringContaining("Host: must be 127.0.0.1:") })
    }
    expect(await postRaw("/api/issuer", down, [["host", name]])).toMatchObject({ status: 403 })
    await isUntouched()
  })

  test.each(["https://evil.example", "null", "http://127.0.0.1:1"])("not for a page of %s", async (origin) => {
    const answer = await postRaw("/api/issuer", down, [["origin", origin]])
    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining("Origin: ") })
    await isUntouched()
  })

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=application/json"])(
    "not for %s, which a browser sends across sites without asking",
    async (type) => {
      expect(await postRaw("/api/issuer", down, [["content-type", type]])).toMatchObject({ status: 415 })
      await isUntouched()
    },
  )

  test("its own page is, under either name", async () => {
    for (const name of [host, host.replace("127.0.0.1", "localhost")]) {
      const headers = [
        ["host", name],
        ["origin", `http://${name}`],
      ] as const
      expect(await postRaw("/api/issuer", '{ "clockSkewSeconds": 0 }', headers)).toMatchObject({ status: 200 })
    }
  })
})

describe("the issuer", () => {
  test("rotates its keys, and the next request passes: each edge has fetched them once", async () => {
    const { keys } = await page.change({ rotate: {} })
    expect(keys).toHaveLength(2)
    const { keySetFetches } = await events.until("issuer", (view) => view.keys.length === 2)
    const token = await page.token("client-credentials")
    expect(statuses(await page.decide({ token }))).toEqual([200, 200])
    expect((await page.decide({ token })).explanation.decision.outcome).toBe("allow")
    // The old key is still published.
    expect(statuses(await page.decide({ token: reader }))).toEqual([200, 200])
    // All three have decided by now, so that no fetch is to come.
    const after = await events.until("issuer", (view) => view.keySetFetches >= keySetFetches + 3)
    expect(after.keySetFetches).toBe(keySetFetches + 3)
  })

  test("withdraws a key, but not the last", async () => {
    const [{ kid } = { kid: "" }, old] = (await page.change({ clockSkewSeconds: 0 })).keys
    expect((await page.change({ withdraw: { kid: String(old?.kid) } })).keys).toMatchObject([{ kid }])
    const refused = await page.post("/api/issuer", { withdraw: { kid } })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toEqual({ error: expect.stringContaining("rotate before") })
    reader = await page.token("client-credentials")
  })

  test("has a clock of its own", async () => {
    for (const [clockSkewSeconds, reason] of [
      [-90_000, "token_expired"],
      [3600, "token_not_yet_valid"],
    ] as const) {
      await page.change({ clockSkewSeconds })
      const refused = await page.decide({ token: await page.token("client-credentials") })
      expect(refused.explanation.decision).toMatchObject({ reason })
      expect(statuses(refused)).toEqual([401, 401])
    }
    await page.change({ clockSkewSeconds: 0 })
  })

  test("issues tokens of either profile", async () => {
    await page.change({ tokenProfile: "rfc9068" })
    const { explanation } = await page.decide({ token: await page.token("client-credentials") })
    expect(explanation.decision).toMatchObject({ outcome: "allow" })
    expect(explanation.steps.find(({ step }) => step === "token")?.text).toContain('typ "at+jwt"')
    await page.change({ tokenProfile: "auth0" })
  })
})

describe("the policy file", () => {
  let original: string
  let listening: Listening
  beforeAll(async () => {
    original = await copy.readPolicy()
    listening = await page.listen()
  })
  afterAll(() => listening.close())

  async function current(): Promise<PolicyView> {
    const now = await page.listen()
    const view = await now.until("policy", () => true)
    now.close()
    return view
  }

  const teapots = '{ path: "/teapots", access: "public" },'
  const withTeapots = () => original.replace("routes: [", `routes: [\n    ${teapots}`)

  test("is shown with the lines of each rule", async () => {
    const { file, source, lines } = await listening.until("policy", ({ state }) => state === "ready")
    expect(file).toBe("authorizer.config.ts")
    expect(source).toBe(original)
    const line = (text: string) => original.split("\n").findIndex((one) => one.includes(text)) + 1
    const health = line('"/health"')
    expect(lines["/health"]).toEqual([health, health])
    expect(lines["PUT,DELETE /orders/:id"]).toEqual([line('["PUT", "DELETE"]'), line('["PUT", "DELETE"]')])
    expect(Object.keys(lines)).toHaveLength(7)
  })

  test("is enforced anew at both edges when it is edited", async () => {
    expect(statuses(await page.decide({ target: "/teapots" }))).toEqual([403, 403])
    await copy.writePolicy(withTeapots())
    expect(await listening.until("policy", ({ state }) => state === "reloading")).toMatchObject({
      source: withTeapots(),
    })
    const { lines } = await listening.until("policy", ({ state }) => state !== "reloading")
    expect(lines["/teapots"]).toHaveLength(2)
    const { explanation, ...edges } = await page.decide({ target: "/teapots" })
    expect(statuses(edges)).toEqual([200, 200])
    expect(explanation.decision).toMatchObject({ outcome: "allow", rule: "/teapots" })
  })

  test.each([
    { what: "is no TypeScript", from: "routes: [", to: "routes: [[[{", says: /^authorizer\.config\.ts:\d+:\d+: / },
    { what: "throws", from: "export default", to: "throw new Error('no')\nexport default", says: /no$/ },
    { what: "exports nothing", from: "export default", to: "const policy =", says: /has no default export/ },
    {
      what: "throws when it is looked at",
      from: "routes: [",
      to: "get routes() { throw new Error('later') }, ro: [",
      says: /later$/,
    },
    {
      what: "never ends loading",
      from: "export default",
      to: "await new Promise(() => {})\nexport default",
      says: /still not loaded after 5 seconds/,
    },
    { what: "has an unknown key", from: "scopes:", to: "scoops:", says: /routes\[\d\]\.scoops: unknown key/ },
  ])("that $what is wrong, and the one before stays in force", async ({ from, to, says }) => {
    const source = withTeapots().replace(from, to)
    await copy.writePolicy(source)
    const wrong = await listening.until("policy", (view) => view.source === source && view.state !== "reloading")
    const { inForce } = await current()
    expect(wrong).toMatchObject({ state: "wrong", problem: expect.stringMatching(says), inForce })
    expect(inForce).toContain("/teapots")
    const { explanation, ...edges } = await page.decide({ target: "/teapots" })
    expect(statuses(edges)).toEqual([200, 200])
    expect(explanation.decision.outcome).toBe("allow")
  })

  test("is read when another file takes its name, and two edits at once come to the later", async () => {
    await copy.writePolicy(withTeapots().replaceAll("/teapots", "/kettles"), "by another file")
    await copy.writePolicy(original, "by another file")
    await listening.until("policy", ({ source, state }) => source === original && state === "ready")
    expect(statuses(await page.decide({ target: "/teapots" }))).toEqual([403, 403])
    expect(statuses(await page.decide({ target: "/kettles" }))).toEqual([403, 403])
    expect(statuses(await page.decide({ token: reader }))).toEqual([200, 200])
  })

  test("that is gone is said to be, and the one before stays in force until it is back", async () => {
    await rm(join(copy.folder, "authorizer.config.ts"))
    const gone = await listening.until("policy", ({ state }) => state === "wrong")
    expect(gone.problem).toBe("authorizer.config.ts: the file can't be read; put it back")
    expect(statuses(await page.decide({ token: reader }))).toEqual([200, 200])
    await copy.writePolicy(original)
    await listening.until("policy", ({ source, state }) => source === original && state === "ready")
  })

  test("a remark in it changes nothing at the edges", async () => {
    const { inForce } = await current()
    await copy.writePolicy(`${original}// a remark\n`)
    const view = await listening.until("policy", ({ source }) => source.endsWith("// a remark\n"))
    expect(view).toMatchObject({ state: "ready", inForce })
  })

  test("a new function knows no keys while the issuer is down; the Worker's cache does", async () => {
    await page.change({ behaviour: "down" })
    await copy.writePolicy(withTeapots())
    await listening.until("policy", ({ source, state }) => source === withTeapots() && state === "ready")
    const { worker, lambda, explanation } = await page.decide({ token: reader })
    expect(worker).toMatchObject({ status: 200 })
    expect(explanation.decision.outcome).toBe("allow")
    expect(lambda).toMatchObject({ status: 500, result: { errorMessage: expect.stringMatching(/^keys_unreachable/) } })
  })
})

test("a function that stands still holds up neither the Worker nor the explanation", async () => {
  await page.change({ behaviour: "well" })
  const functions = [...command.descendants()].filter(([, line]) => line.includes("lambda-process"))
  const [id] = functions.at(-1) ?? []
  if (id === undefined) throw new Error("no such process")
  process.kill(id, "SIGSTOP")
  try {
    const { worker, lambda, explanation } = await page.decide({ token: reader })
    expect(worker).toMatchObject({ status: 200 })
    expect(lambda).toEqual({ failure: "the Lambda function has not answered within 10 seconds" })
    expect(explanation.decision.outcome).toBe("allow")
  } finally {
    process.kill(id, "SIGCONT")
  }
})

/** Of the Worker and of API Gateway. */
function statuses({ worker, lambda }: Pick<Answers, "worker" | "lambda">): unknown[] {
  return [worker, lambda].map((answer) => ("status" in answer ? answer.status : answer.failure))
}

/** What stands in `headers` comes in the place of what a page would send. */
function postRaw(target: string, body: string, headers: readonly (readonly [string, string])[]): Promise<RawAnswer> {
  const usual = { host, "content-type": "application/json", "content-length": String(body.length) }
  const all = Object.entries({ ...usual, ...Object.fromEntries(headers) })
  return sendRaw(host, { method: "POST", target, headers: all, body })
}
