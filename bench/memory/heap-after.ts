import { nodePeers } from "../in-node/peers.ts"
import { makeIssuer, mintToken, settingsFor } from "../tokens.ts"

// One verifier, alone in a process that was started with --expose-gc: what does it still hold after so many tokens?
// Arguments: the peer's name, the number of tokens, how often in a row each is shown. Prints one line of JSON.

const [name, tokenCount, times] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const peer = nodePeers.find((one) => one.name === name)
if (!peer || !Number.isInteger(tokenCount) || !Number.isInteger(times))
  throw new Error("usage: heap-after.ts <peer> <number of tokens> <times each>")
/** Tokens before the first measurement, each once: what is compiled and allocated once and for all is not what is asked for. */
const warmUpTokens = 500

// The cheapest to sign, as a token is made for every decision.
const issuer = makeIssuer("EdDSA")
const verifier = await peer.prepare(settingsFor(issuer, "node"))

await decideOn(warmUpTokens, 1)
const before = bytesInUse()
const letIn = await decideOn(tokenCount, times)
if (letIn !== tokenCount * times) throw new Error(`${name} let in ${letIn} of ${tokenCount * times}`)
console.log(JSON.stringify({ bytes: bytesInUse() - before }))

async function decideOn(tokens: number, times: number): Promise<number> {
  let letIn = 0
  for (let index = 0; index < tokens; index++) {
    const header = `Bearer ${mintToken(issuer)}`
    for (let time = 0; time < times; time++) {
      const copy = Buffer.from(header, "latin1").toString("latin1")
      if (await verifier.decide(verifier.present(copy))) letIn++
    }
  }
  return letIn
}

/** The heap, and what lies outside it and hangs on it, after all that is unreachable has gone. */
function bytesInUse(): number {
  if (!globalThis.gc) throw new Error("start Node with --expose-gc")
  // The second one collects what finalizers of the first let go.
  globalThis.gc()
  globalThis.gc()
  const { arrayBuffers, external, heapUsed } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}
