import type { Answers } from "../api.ts"
import { DecisionView } from "./decision-view.tsx"
import { LambdaView } from "./lambda-view.tsx"
import { difference } from "./verdicts.ts"
import { WorkerView } from "./worker-view.tsx"

interface Props {
  readonly answers: Answers | null
  /** Whether the token, the request or the policy has changed since. */
  readonly isStale: boolean
  readonly failure: string | null
}

/** What became of the call: at the edges, and step by step. */
export function AnswersView({ answers, isStale, failure }: Props) {
  const differs = answers && difference(answers)
  return (
    <>
      {failure !== null && (
        <p role="alert" class="alert">
          <strong>Not decided.</strong> {failure}
        </p>
      )}
      {isStale && (
        <p class="banner">
          The token, the request or the policy has changed since: this is the decision before. Decide again.
        </p>
      )}
      {differs && <p class="banner">{differs}</p>}
      <div class="answers">
        <section class="panel" aria-label="Worker">
          <h3>Worker</h3>
          {answers ? <WorkerView worker={answers.worker} /> : <Nothing text="What Cloudflare's edge answers." />}
        </section>
        <section class="panel" aria-label="Decision" data-outcome={answers?.explanation.decision.outcome}>
          <h3>Decision</h3>
          {answers ? (
            <DecisionView explanation={answers.explanation} />
          ) : (
            <Nothing text="Each check in order, up to the one that failed." />
          )}
        </section>
        <section class="panel" aria-label="Lambda">
          <h3>Lambda</h3>
          {answers ? (
            <LambdaView
              lambda={answers.lambda}
              hasToken={answers.explanation.ending?.reason !== "credentials_missing"}
            />
          ) : (
            <Nothing text="What API Gateway is told, and makes of it." />
          )}
        </section>
      </div>
    </>
  )
}

function Nothing({ text }: { readonly text: string }) {
  return <p class="empty">{text}</p>
}
