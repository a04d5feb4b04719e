import type { Answers, Call } from "../api.ts"
import { DecisionView } from "./decision-view.tsx"
import { LambdaView } from "./lambda-view.tsx"
import { difference } from "./verdicts.ts"
import { WorkerView } from "./worker-view.tsx"

/** A call, and what became of it. */
export interface Decided {
  readonly call: Call
  readonly answers: Answers
}

interface Props {
  readonly decided: Decided | null
  /** Whether the token, the request or the policy has changed since. */
  readonly isStale: boolean
  readonly failure: string | null
}

/** What became of the call: at the edges, and step by step. */
export function AnswersView({ decided, isStale, failure }: Props) {
  const answers = decided?.answers ?? null
  const hasToken = decided !== null && decided.call.token !== ""
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
          {answers ? (
            <WorkerView worker={answers.worker} hasToken={hasToken} />
          ) : (
            <Nothing text="What Cloudflare's edge answers." />
          )}
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
            <LambdaView lambda={answers.lambda} hasToken={hasToken} />
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
