import { render } from "preact"
import { useEffect, useState } from "preact/hooks"
import type { IssuedToken } from "../../flows/flow.ts"
import type { Answers, Call, FlowChoices, IssuerChange, IssuerView, PolicyView, Setup } from "../api.ts"
import { AnswersView } from "./answers.tsx"
import { callHappening } from "./call-happening.ts"
import { FlowPanel } from "./flow-panel.tsx"
import { firstChoices, stepStates, useFlowRun } from "./flow-run.ts"
import { IssuerPanel } from "./issuer-panel.tsx"
import { PolicyPanel } from "./policy-panel.tsx"
import { type Line, RequestLine } from "./request-line.tsx"
import { Sequence } from "./sequence.tsx"
import { changeIssuer, decide, getSetup, listen } from "./server.ts"
import { TokenPanel } from "./token-panel.tsx"
import { summaryOf } from "./verdicts.ts"

/** What becomes of a call: nothing yet, on its way, or decided. */
type Deciding =
  | { readonly state: "none" | "running" }
  | { readonly state: "failed"; readonly failure: string }
  | { readonly state: "done"; readonly asked: string; readonly call: Call; readonly answers: Answers }

function App() {
  const [setup, setSetup] = useState<Setup | null>(null)
  const [policy, setPolicy] = useState<PolicyView | null>(null)
  const [issuer, setIssuer] = useState<IssuerView | null>(null)
  const [isConnected, setConnected] = useState(true)

  useEffect(
    () =>
      listen({
        policy: setPolicy,
        issuer: setIssuer,
        connected(isConnected) {
          setConnected(isConnected)
          if (isConnected) getSetup().then(setSetup, () => setConnected(false))
        },
      }),
    [],
  )
  return (
    <>
      <Header setup={setup} />
      {!isConnected && (
        <p role="alert" class="banner">
          The playground's server does not answer. Is <code>npm start</code> running? This page connects again by
          itself.
        </p>
      )}
      {setup && <Playground {...{ setup, policy, issuer, setIssuer }} />}
    </>
  )
}

function Header({ setup }: { readonly setup: Setup | null }) {
  return (
    <header>
      <div>
        <h1>Edge Authorizer playground</h1>
        <p>Get a token by any of OAuth's flows, send it through both edges, and read why it was let in or refused.</p>
      </div>
      <dl>
        {[
          ["Issuer", setup?.issuer],
          ["API", setup?.audience],
          ["Worker", setup?.worker],
        ].map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value ?? "…"}</code>
            </dd>
          </div>
        ))}
      </dl>
    </header>
  )
}

interface PlaygroundProps {
  readonly setup: Setup
  readonly policy: PolicyView | null
  readonly issuer: IssuerView | null
  setIssuer(view: IssuerView): void
}

function Playground({ setup, policy, issuer, setIssuer }: PlaygroundProps) {
  const first = firstChoices(setup)
  const [flowId, setFlowId] = useState(first.flow)
  const [choices, setChoices] = useState<FlowChoices>(first.choices)
  const [tokens, setTokens] = useState<readonly IssuedToken[]>([])
  const [chosen, setChosen] = useState<IssuedToken | null>(null)
  const [text, setText] = useState("")
  const [line, setLine] = useState<Line>({ method: "GET", target: "/orders", kind: "rest-request" })
  const [deciding, setDeciding] = useState<Deciding>({ state: "none" })
  const [issuerFailure, setIssuerFailure] = useState<string | null>(null)

  const choose = (token: IssuedToken | null) => {
    setChosen(token)
    setText(token?.token ?? "")
  }
  const { run, start, reset } = useFlowRun((arrived) => {
    setTokens(arrived)
    choose(arrived.find(({ kind }) => kind === "access") ?? arrived[0] ?? null)
  })
  // Brings the request and its answers into one view.
  useEffect(() => {
    if (deciding.state === "done") document.getElementById("request")?.scrollIntoView()
  }, [deciding])
  const flow = setup.flows.find(({ id }) => id === flowId) ?? setup.flows[0]
  if (!flow) return null

  const chooseFlow = (id: string) => {
    setFlowId(id)
    reset()
    setTokens([])
    choose(null)
    setDeciding({ state: "none" })
  }
  const call: Call = { ...line, token: text.trim() }
  /** All that an answer depends on, and that can be seen here. */
  const asked = JSON.stringify([call, policy?.source])
  const ask = () => {
    setDeciding({ state: "running" })
    decide(call).then(
      (answers) => setDeciding({ state: "done", asked, call, answers }),
      ({ message }: Error) => setDeciding({ state: "failed", failure: message }),
    )
  }
  const change = (change: IssuerChange) => {
    setIssuerFailure(null)
    changeIssuer(change).then(setIssuer, ({ message }: Error) => setIssuerFailure(message))
  }

  const decided = deciding.state === "done" ? deciding : null
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
              setDeciding({ state: "none" })
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
          <RequestLine
            {...{ line, policy }}
            kinds={setup.kinds}
            verdict={deciding.state === "running" ? "Under way…" : decided ? summaryOf(decided.answers) : ""}
            change={setLine}
            decide={ask}
          />
        </div>
      </section>
      <section aria-labelledby="decision">
        <h2 id="decision">
          <span class="number">3</span> The decision
        </h2>
        <AnswersView
          answers={decided?.answers ?? null}
          isStale={isStale}
          failure={deciding.state === "failed" ? deciding.failure : null}
        />
      </section>
      <div class="behind">
        <PolicyPanel policy={policy} rule={decided?.answers.explanation.decision.rule ?? null} />
        <IssuerPanel issuer={issuer} failure={issuerFailure} change={change} />
      </div>
    </main>
  )
}

const page = document.getElementById("page")
if (page) render(<App />, page)
