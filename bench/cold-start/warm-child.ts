import { pathToFileURL } from "node:url"
import type { PolicyAnswer, TokenEvent } from "./handlers/event.ts"

/** What the child is asked: to hand each token to the handler, one after the other. */
export interface WarmRequest {
  readonly tokens: readonly string[]
}

/** How long all of it took, and which of the tokens were allowed the call. */
export interface WarmAnswer {
  readonly milliseconds: number
  readonly allowed: readonly boolean[]
}

const methodArn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/GET/orders/42"

const { handler }: { handler(event: TokenEvent): Promise<PolicyAnswer> } = await import(
  pathToFileURL(process.argv[2] ?? "").href
)

process.on("message", async ({ tokens }: WarmRequest) => {
  // Each event has a string of its own, as it comes out of JSON. An empty token stands for none.
  const events = tokens.map((token): TokenEvent => {
    const authorizationToken = Buffer.from(`Bearer ${token}`).toString("latin1")
    return { type: "TOKEN", methodArn, ...(token === "" ? {} : { authorizationToken }) }
  })
  const allowed: boolean[] = []
  const begun = performance.now()
  for (const event of events) allowed.push(await isAllowed(event))
  process.send?.({ milliseconds: performance.now() - begun, allowed } satisfies WarmAnswer)
})
process.send?.("ready")

async function isAllowed(event: TokenEvent): Promise<boolean> {
  try {
    const { policyDocument } = await handler(event)
    return policyDocument.Statement[0]?.Effect === "Allow"
  } catch {
    return false
  }
}
