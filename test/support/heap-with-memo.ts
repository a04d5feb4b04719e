import { text } from "node:stream/consumers"
import { setImmediate as nextTurn } from "node:timers/promises"
import { getHeapSnapshot } from "node:v8"
import { createAuthorizer, type Ports } from "../../core/index.ts"
import { webCryptoSignatures } from "../../core/signatures.ts"
import { policy, standingPorts, tokenOf } from "../core/standing-issuer.ts"

// Prints what a heap snapshot shows of a token that an authorizer remembers. A process of its own, since whatever else held the
// token would show, too.

let checked = 0
const signatures: Ports["signatures"] = {
  importKey: webCryptoSignatures.importKey,
  verify(...question) {
    checked++
    return webCryptoSignatures.verify(...question)
  },
}
const authorizer = createAuthorizer(policy(), { ...standingPorts(), signatures })

// As bytes, which a snapshot does not show.
const token = Buffer.from(tokenOf({ "https://example.com/marker": "a claim that is remembered" }))
for (let time = 0; time < 3; time++) await ask()
await nextTurn()
globalThis.gc?.()
const snapshot = await text(getHeapSnapshot())

/** A function of its own, whose header is gone from the stack with its return. */
async function ask(): Promise<void> {
  const authorization = `Bearer ${token.toString("latin1")}`
  const { outcome } = await authorizer.authorize({ method: "GET", path: "/", headers: { authorization } })
  if (outcome !== "allow") throw new Error(outcome)
}

console.log(
  JSON.stringify({
    remembered: checked === 2,
    claimShows: snapshot.includes("a claim that is remembered"),
    // A snapshot cuts long strings: the beginning of the payload would be there, or the end of the signature by itself.
    tokenShows: [token.toString("latin1", 60, 160), token.toString("latin1").slice(-40)].some((part) =>
      snapshot.includes(part),
    ),
  }),
)
// It goes on remembering until here.
await authorizer.authorize({ method: "GET", path: "/", headers: {} })
