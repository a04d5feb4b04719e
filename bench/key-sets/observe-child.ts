import { observe } from "./observe.ts"
import { keySetPeers } from "./peers.ts"

// Arguments: which peer, and the issuer's certificate and key as PEM. Answers over IPC, and leaves its end to its parent: some
// peers keep connections and timers for a while.
const [, , name, certificate = "", privateKey = ""] = process.argv
const peer = keySetPeers.find((one) => one.name === name)
if (!peer) throw new Error(`no such peer: ${name}`)
process.send?.(await observe(peer, { certificate, privateKey }))
