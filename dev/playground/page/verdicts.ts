import type { Answers, Explanation, LambdaAnswer, WorkerAnswer } from "../api.ts"

/** Whether an edge let a call through. One that gave no answer did not. */
export function isLetIn(answer: WorkerAnswer | LambdaAnswer): boolean {
  return !("failure" in answer) && answer.status < 400
}

/** Whether an answer is the Worker's or the origin's. What wrangler dev can't read as a URL, it refuses before them, in plain text. */
export function isByWorker(worker: Exclude<WorkerAnswer, { failure: string }>): boolean {
  const type = worker.headers.find(([name]) => name === "content-type")?.[1]
  return worker.status !== 400 || type === "application/problem+json"
}

function isUnasked(answer: WorkerAnswer | LambdaAnswer): boolean {
  return "result" in answer && answer.result === null
}

/** What both edges made of a call, in a line. */
export function summaryOf({ worker, lambda }: Answers): string {
  if (isLetIn(worker) && isLetIn(lambda)) return "Let in at both edges"
  const one = (name: string, answer: WorkerAnswer | LambdaAnswer) => {
    if ("failure" in answer) return `no answer from the ${name}`
    if (isUnasked(answer)) return "refused by API Gateway itself"
    if (isLetIn(answer)) return `let in by the ${name}`
    return answer.status < 500 ? `refused by the ${name}` : `not decided by the ${name}`
  }
  const words = [one("Worker", worker), one("Lambda", lambda)]
  if (words.every((word) => word.startsWith("refused"))) return "Refused at both edges"
  if (words.every((word) => word.startsWith("not decided"))) return "Not decided at either edge"
  return `${words.join(", ")}`.replace(/^./, (first) => first.toUpperCase())
}

/** Where the answers of the edges are not what the explanation says, and why that may be. Null where they agree. */
export function difference({ worker, lambda, explanation }: Answers): string | null {
  const outcome = explanation.decision.outcome
  const edges = Object.entries({ Worker: worker, Lambda: lambda }).filter(
    ([, answer]) => !("failure" in answer) && !isUnasked(answer),
  )
  const others = edges.filter(([, answer]) => isLetIn(answer) !== (outcome === "allow")).map(([name]) => name)
  if (others.length === 0) return null
  const did = outcome === "allow" ? "did not let this call in" : "let this call in"
  const said = { allow: "allows", refuse: "refuses", fault: "can't decide on" }[outcome]
  return `The ${others.join(" and the ")} ${did}, though the decision explained here ${said} it. ${why(worker, explanation)}`
}

function why(worker: WorkerAnswer, { ending }: Explanation): string {
  if (!("failure" in worker) && !isByWorker(worker))
    return "Here, wrangler dev can't read the path as part of a URL, and did not ask the Worker."
  return ending?.reason === "path_ambiguous"
    ? "Here, wrangler dev tidies a path up before the Worker sees it, so that it was asked about another one."
    : "Each keeps keys of its own, and takes up a policy by itself: one may have what another lacks."
}
