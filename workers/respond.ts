import { type Config, type Decision, errorAnswer } from "../core/index.ts"

/** The response to a refusal or a fault. */
export function respond(
  decision: Decision & { outcome: "refuse" | "fault" },
  challenge: Config["challenge"],
): Response {
  const { status, headers, body } = errorAnswer(decision, challenge)
  return Response.json(body, { status, headers })
}

/** The response when no decision came about, or none could be carried out. Lets nobody in, and tells nothing. */
export function respondToFailure(status: 500 | 502): Response {
  const title = { 500: "Internal Server Error", 502: "Bad Gateway" }[status]
  const headers = { "content-type": "application/problem+json", "cache-control": "no-store" }
  return Response.json({ type: "about:blank", title, status }, { status, headers })
}
