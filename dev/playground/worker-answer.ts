import { type IncomingMessage, request } from "node:http"
import * as v from "valibot"
import type { OriginRequest, WorkerAnswer } from "./api.ts"

/** More than the Worker and the demo origin ever answer with. */
const maximumBytes = 100_000
/** Longer than the two requests to the issuer that an answer may wait for, and the building of a Worker that is changed. */
const patienceMilliseconds = 15_000

/**
 * Sends a request to the Worker with its target as it stands, though `wrangler dev` folds dot segments away on the way. Never rejects: what can't be sent
 * or is not answered is a failure, in words.
 */
export async function askWorker(
  worker: string,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
): Promise<WorkerAnswer> {
  // Node would send what is beyond ASCII as Latin-1, which no browser does.
  if (/[^\x21-\x7e]/.test(target)) return { failure: failures.ERR_UNESCAPED_CHARACTERS }
  const { hostname, port } = new URL(worker)
  const signal = AbortSignal.timeout(patienceMilliseconds)
  try {
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ hostname, port, method, path: target, headers, signal, agent: false }, resolve)
        .on("error", reject)
        .end()
    })
    const body = await readText(incoming)
    const status = incoming.statusCode ?? 0
    return { status, headers: readHeaders(incoming.rawHeaders), body, received: readReceived(incoming, body) }
  } catch (error) {
    return { failure: describe(error as NodeJS.ErrnoException, signal) }
  }
}

async function readText(incoming: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    bytes += chunk.length
    if (bytes > maximumBytes) throw new Error(`the answer has more than ${maximumBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

/** Node lists names and values in turn. */
function readHeaders(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ""] as const] : []))
}

const originRequest = v.object({
  method: v.string(),
  path: v.string(),
  identity: v.record(v.string(), v.string()),
  authorization: v.picklist(["none", "received"]),
})

/** What the origin says that it received; null for an answer of the Worker's own. */
function readReceived({ headers }: IncomingMessage, body: string): OriginRequest | null {
  if (headers["x-answered-by"] !== "origin") return null
  try {
    return v.parse(originRequest, JSON.parse(body))
  } catch {
    return null
  }
}

const failures = {
  ERR_UNESCAPED_CHARACTERS: "the path holds a character that no HTTP request can: escape it, as UTF-8: a space as %20",
  ERR_INVALID_CHAR: "the token holds a character that no HTTP header can",
  ECONNREFUSED: "the Worker doesn't answer: nobody listens",
  ECONNRESET: "the Worker has cut the connection",
} as const

function describe({ code, message }: NodeJS.ErrnoException, { aborted }: AbortSignal): string {
  if (aborted) return `the Worker has not answered within ${patienceMilliseconds / 1000} seconds`
  return code !== undefined && code in failures ? failures[code as keyof typeof failures] : message
}
