import { waitUntil } from "cloudflare:workers"
import { type HttpGet, type KeySetLoad, loadKeySet, type Ports } from "../core/index.ts"

/** An issuer that takes longer to answer one request is treated as down; the caller is still waiting. */
const fetchTimeoutMilliseconds = 3000
/** Two such requests, discovery and keys, and a little more: past that, a shared fetch has died with its request. */
const loadTimeoutMilliseconds = 2 * fetchTimeoutMilliseconds + 500

/** What Workers lend the core: the clock, and `fetch` with one key-set fetch at a time for each issuer in an isolate. */
export function workerPorts(): Ports {
  const underWay = new Map<string, Promise<KeySetLoad>>()

  return {
    now: () => Date.now(),
    async loadKeySet(source) {
      const id = JSON.stringify(source)
      const forget = () => void (underWay.get(id) === load && underWay.delete(id))
      const load = underWay.get(id) ?? logged(loadKeySet(source, httpGet))
      if (!underWay.has(id)) {
        underWay.set(id, load)
        // Without this the fetch would be cancelled when the client that began it hangs up, and those who joined wait in vain.
        waitUntil(load.finally(forget))
      }
      const result = await orNull(load, loadTimeoutMilliseconds)
      if (result !== null) return result
      forget()
      return { ok: false, reason: "keys_unreachable", detail: "the fetch was given up" }
    },
  }
}

const httpGet: HttpGet = async (url, maxBytes) => {
  const signal = AbortSignal.timeout(fetchTimeoutMilliseconds)
  // A redirect is answered to, not followed: it could lead anywhere.
  const response = await fetch(url, { redirect: "manual", signal, headers: { accept: "application/json" } })
  return { status: response.status, body: await readText(response, maxBytes) }
}

/** Reads a body as UTF-8, and gives up on one that is larger than it may be. */
async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ""
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Error(`answered with more than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

async function logged(load: Promise<KeySetLoad>): Promise<KeySetLoad> {
  const result = await load
  if (!result.ok) console.error({ message: "key set not loaded", reason: result.reason, detail: result.detail })
  else if (result.skipped.length > 0) console.warn({ message: "keys skipped", skipped: result.skipped })
  return result
}

/** What a promise comes to, or null if that takes too long. */
async function orNull<T>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const expiry = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null)
  })
  try {
    return await Promise.race([promise, expiry])
  } finally {
    clearTimeout(timer)
  }
}
