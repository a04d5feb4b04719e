import type { HttpGet } from "../core/index.ts"

/** Gets a document by `fetch`, which every isolate has at hand. */
export const httpGet: HttpGet = async (url, { fetchTimeoutSeconds, maximumDocumentBytes }) => {
  const signal = AbortSignal.timeout(fetchTimeoutSeconds * 1000)
  // A redirect is answered to, not followed: it could lead anywhere.
  const response = await fetch(url, { redirect: "manual", signal, headers: { accept: "application/json" } })
  return {
    status: response.status,
    body: await readText(response, maximumDocumentBytes),
    cacheControl: response.headers.get("cache-control"),
    age: response.headers.get("age"),
  }
}

/** Reads a body as UTF-8, and gives up on one that is larger than it may be. */
async function readText(response: Response, maximumBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ""
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maximumBytes) throw new Error(`answered with more than ${maximumBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
