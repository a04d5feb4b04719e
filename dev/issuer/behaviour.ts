import type { RequestListener } from "node:http"

/** How an issuer answers: as it should; late; not at all (connections are cut); or with what is no JSON. */
export const behaviours = ["well", "slow", "down", "garbage"] as const
export type Behaviour = (typeof behaviours)[number]

/** Long enough to be felt, and less than what the edges wait for an answer unless they are told otherwise (3 s). In milliseconds. */
const slowDelay = 2_000

/** What a captive portal or a maintenance page sends in an issuer's name: a success that is none. */
const garbage = "<!doctype html><title>Back soon</title><p>We are working on it."

/** Answers with a listener in one of the ways. */
export function behavingAs(behaviour: Behaviour, answer: RequestListener): RequestListener {
  switch (behaviour) {
    case "well":
      return answer
    case "slow":
      return (request, response) => {
        setTimeout(() => response.destroyed || answer(request, response), slowDelay)
      }
    case "down":
      return (request) => request.socket.destroy()
    case "garbage":
      return (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end(garbage)
  }
}
