import { pathToFileURL } from "node:url"
import type { HandlerName, InvocationResult } from "./lambda-function.ts"

// Stands in for Lambda's runtime: loads a bundle and hands its handlers the events that come from the process which started it.

type Handler = (event: unknown) => Promise<unknown>

const [, , bundle = ""] = process.argv
const handlers: Readonly<Record<HandlerName, Handler>> = await import(pathToFileURL(bundle).href)

process.on("message", async ({ id, name, event }: { id: number; name: HandlerName; event: unknown }) => {
  process.send?.({ id, result: await invoke(handlers[name], event) })
})
process.on("disconnect", () => process.exit())
process.send?.({ ready: true })

async function invoke(handler: Handler, event: unknown): Promise<InvocationResult> {
  try {
    return { outcome: "response", body: await handler(event) }
  } catch (error) {
    return { outcome: "error", errorMessage: error instanceof Error ? error.message : String(error) }
  }
}
