import type { Answers, LambdaAnswer, WorkerAnswer } from "../api.ts"

/** Whether an edge let a call through. One that gave no answer did not. */
export function isLetIn(answer: WorkerAnswer | LambdaAnswer): boolean {
  return !("failure" in answer) && answer.status < 400
}

/** What both edges made of a call, in a line. */
export function summaryOf({ worker, lambda }: Answers): string {
  if (isLetIn(worker) && isLetIn(lambda)) return "Let in at both edges"
  const one = (name: string, answer: WorkerAnswer | LambdaAnswer) => {
    if ("failure" in answer) return `no answer from the ${name}`
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
  const edges = Object.entries({ Worker: worker, Lambda: lambda }).filter(([, answer]) => !("failure" in answer))
  const others = edges.filter(([, answer]) => isLetIn(answer) !== (outcome === "allow")).map(([name]) => name)
  if (others.length === 0) return null
  const did = outcome === "allow" ? "did not let this call in" : "let this call in"
  const said = { allow: "allows", refuse: "refuses", fault: "can't decide on" }[outcome]
  const why =
    explanation.ending?.reason === "path_ambiguous"
      ? "Here, wrangler dev tidies a path up before the Worker sees it, so that it was asked about another one."
      : "Each keeps keys of its own, and one may have what another lacks."
  return `The ${others.join(" and the ")} ${did}, though the decision explained here ${said} it. ${why}`
}
