import { useEffect, useState } from "preact/hooks"
import type { IssuedToken } from "../../flows/flow.ts"
import type { Call, FlowChoices, IssuerChange, IssuerView, PolicyView, Setup } from "../api.ts"
import { AnswersView, type Decided } from "./answers.tsx"
import { callHappening } from "./call-happening.ts"
import { FlowPanel } from "./flow-panel.tsx"
import { firstChoices, stepStates, useFlowRun } from "./flow-run.ts"
import { IssuerPanel } from "./issuer-panel.tsx"
import { PolicyPanel } from "./policy-panel.tsx"
import { type Line, RequestLine } from "./request-line.tsx"
import { Sequence } from "./sequence.tsx"
import { changeIssuer, decide } from "./server.ts"
import { TokenPanel } from "./token-panel.tsx"
import { summaryOf } from "./verdicts.ts"

/** What has become of a call. The decision before stays until there is another. */
interface Deciding {
  readonly isRunning: boolean
  readonly failure: string | null
  readonly decided: (Decided & { readonly asked: string }) | null
}

const undecided: Deciding = { isRunning: false, failure: null, decided: null }

interface Props {
  readonly setup: Setup
  readonly policy: PolicyView | null
  readonly issuer: IssuerView | null
  setIssuer(view: IssuerView): void
}

/** From a token to a decision, and what stands behind it. */
export function Playground({ setup, policy, issuer, setIssuer }: Props) {
  const first = firstChoices(setup)
  const [flowId, setFlowId] = useState(first.flow)
  const [choices, setChoices] = useState<FlowChoices>(first.choices)
  const [tokens, setTokens] = useState<readonly IssuedToken[]>([])
  const [chosen, setChosen] = useState<IssuedToken | null>(null)
  const [text, setText] = useState("")
  const [line, setLine] = useState<Line>({ method: "GET", target: "/orders", kind: "rest-request" })
  const [deciding, setDeciding] = useState(undecided)
  const [issuerFailure, setIssuerFailure] = useState<string | null>(null)

  const choose = (token: IssuedToken | null) => {
    setChosen(token)
    setText(token?.token ?? "")
  }
  const { run, start, reset } = useFlowRun((arrived) => {
    setTokens(arrived)
    choose(arrived.find(({ kind }) => kind === "access") ?? arrived[0] ?? null)
  })
  const { decided, failure, isRunning } = deciding
  // It is heard of again, or has changed: what went wrong before is past.
  useEffect(() => setIssuerFailure(null), [issuer])
  // Brings the request and its answers into one view.
  useEffect(() => {
    if (decided) document.getElementById("request")?.scrollIntoView()
  }, [decided])
  const flow = setup.flows.find(({ id }) => id === flowId) ?? setup.flows[0]
  if (!flow) return null

  const chooseFlow = (id: string) => {
    setFlowId(id)
    reset()
    setTokens([])
    choose(null)
    setDeciding(undecided)
  }
  const call: Call = { ...line, token: text.trim() }
  /** All that an answer depends on, and that can be seen here. */
  const asked = JSON.stringify([call, policy?.inForce])
  const ask = () => {
    setDeciding({ ...deciding, isRunning: true, failure: null })
    decide(call).then(
      (answers) => setDeciding({ ...undecided, decided: { asked, call, answers } }),
      ({ message }: Error) => setDeciding({ ...undecided, failure: message }),
    )
  }
  const change = (change: IssuerChange) => {
    setIssuerFailure(null)
    changeIssuer(change).then(setIssuer, ({ message }: Error) => setIssuerFailure(message))
  }

  const isStale = decided !== null && decided.asked !== asked
  return (
    <main>
      <section aria-labelledby="get">
        <h2 id="get">
          <span class="number">1</span> Get a token
        </h2>
        <div class="get panel">
          <FlowPanel
            {...{ setup, flow, choices, run, chooseFlow }}
            change={setChoices}
            start={() => {
              setTokens([])
              choose(null)
              setDeciding(undecided)
              start(flow, choices)
            }}
          />
          <Sequence
            steps={flow.steps}
            states={stepStates(flow.steps, run)}
            happenings={run?.happenings ?? []}
            call={decided && callHappening(flow.steps.at(-1)?.id ?? "", decided.call, decided.answers)}
          />
        </div>
      </section>
      <section aria-labelledby="send">
        <h2 id="send">
          <span class="number">2</span> Send it
        </h2>
        <div class="panel">
          <TokenPanel {...{ tokens, chosen, text, run, choose }} scopes={setup.scopes} edit={setText} />
          <RequestLine {...{ line, policy }} kinds={setup.kinds} change={setLine} decide={ask} />
          <output>{isRunning ? "Under way…" : decided && summaryOf(decided.answers)}</output>
        </div>
      </section>
      <section aria-labelledby="decision">
        <h2 id="decision">
          <span class="number">3</span> The decision
        </h2>
        <AnswersView decided={decided} isStale={isStale} failure={failure} />
      </section>
      <div class="behind">
        <PolicyPanel policy={policy} rule={decided?.answers.explanation.decision.rule ?? null} />
        <IssuerPanel issuer={issuer} failure={issuerFailure} change={change} />
      </div>
    </main>
  )
}
