import http from "node:http"
import https from "node:https"
import { type HttpGet, type KeySetLoad, loadKeySet, type Ports } from "../core/index.ts"

/** An issuer that takes longer to answer one request is treated as down: API Gateway waits 10 s for all, discovery included. */
const fetchTimeoutMilliseconds = 3000

/** What a Lambda environment lends the core: the clock, and one key-set fetch at a time for each issuer. */
export function lambdaPorts(): Ports {
  const underWay = new Map<string, Promise<KeySetLoad>>()
  return {
    now: () => Date.now(),
    loadKeySet(source) {
      const id = JSON.stringify(source)
      const load = underWay.get(id) ?? logged(loadKeySet(source, httpGet)).finally(() => underWay.delete(id))
      underWay.set(id, load)
      return load
    },
  }
}

/** node:https follows no redirect, and starts in a fraction of the time that the global `fetch` takes. */
const httpGet: HttpGet = (url, maxBytes) =>
  new Promise((resolve, reject) => {
    const client = url.startsWith("http:") ? http : https
    const signal = AbortSignal.timeout(fetchTimeoutMilliseconds)
    // A connection of its own: one that was kept would be dead after the environment had been frozen.
    const request = client.get(url, { agent: false, signal, headers: { accept: "application/json" } }, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > maxBytes) request.destroy(new Error(`answered with more than ${maxBytes} bytes`))
        else chunks.push(chunk)
      })
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
      )
      response.on("error", reject)
      // An answer cut short ends without "end".
      response.on("close", () => reject(new Error("the answer was cut short")))
    })
    request.on("error", reject)
  })

async function logged(load: Promise<KeySetLoad>): Promise<KeySetLoad> {
  const result = await load
  if (!result.ok)
    console.error(JSON.stringify({ message: "key set not loaded", reason: result.reason, detail: result.detail }))
  else if (result.skipped.length > 0) console.warn(JSON.stringify({ message: "keys skipped", skipped: result.skipped }))
  return result
}
