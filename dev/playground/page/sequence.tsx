import type { Happening, Step } from "../../flows/flow.ts"
import type { CallHappening } from "./call-happening.ts"
import type { StepState } from "./flow-run.ts"
import { LongText } from "./long-text.tsx"
import { Mark } from "./mark.tsx"

const lanes = ["browser", "client", "issuer", "api"] as const
const names: Readonly<Record<(typeof lanes)[number], string>> = {
  browser: "Browser",
  client: "Application",
  issuer: "Issuer",
  api: "API",
}

interface Props {
  readonly steps: readonly Step[]
  readonly states: Readonly<Record<string, StepState>>
  readonly happenings: readonly Happening[]
  /** What became of the last step, once the edges have said so. */
  readonly call: CallHappening | null
}

/** The messages of a flow between those who take part, in grey until they are really sent. */
export function Sequence({ steps, states, happenings, call }: Props) {
  const isUsed = (lane: string) => steps.some(({ from, to }) => from === lane || to === lane)
  return (
    <div class="sequence">
      <div class="picture">
        <div class="lanes" aria-hidden="true">
          {lanes.map((lane) => (
            <span key={lane} class="lane" data-used={isUsed(lane)}>
              {names[lane]}
            </span>
          ))}
        </div>
        <ol aria-label="What happens">
          {steps.map((step, index) => {
            const isCall = index === steps.length - 1
            const happening = isCall ? call?.happening : happenings.findLast((one) => one.step === step.id)
            const state = isCall && call ? call.state : (states[step.id] ?? "waiting")
            return <Message key={step.id} {...{ step, state, index, isCall, happening }} />
          })}
        </ol>
      </div>
      {happenings.length > 0 && <p class="note">Each step that has happened can be opened.</p>}
    </div>
  )
}

interface MessageProps {
  readonly step: Step
  readonly state: StepState
  readonly index: number
  readonly isCall: boolean
  readonly happening: Happening | undefined
}

function Message({ step, state, index, isCall, happening }: MessageProps) {
  const from = lanes.indexOf(step.from)
  const to = lanes.indexOf(step.to)
  const low = Math.min(from, to)
  const high = Math.max(from, to)
  const middle = low + high
  const arrow = (
    <span class="message" data-side={middle < 3 ? "start" : middle > 3 ? "end" : "middle"}>
      <span class="label">
        <span class="text">
          <span class="number">{index + 1}</span> {step.label}
          <span class="hidden">
            , from {names[step.from]} to {names[step.to]}
          </span>
          {"\u00a0"}
          {state === "waiting" ? <span class="hidden">waiting</span> : <Mark state={marks[state]} word={state} />}
        </span>
      </span>
      <span class="arrow" data-direction={to > from ? "right" : "left"} />
    </span>
  )
  return (
    <li data-step={step.id} data-state={state} data-call={isCall} style={{ "--low": low, "--high": high }}>
      {happening ? (
        <details>
          <summary>{arrow}</summary>
          <Facts happening={happening} />
        </details>
      ) : (
        arrow
      )}
    </li>
  )
}

const marks = { done: "passed", failed: "failed" } as const

function Facts({ happening: { summary, parameters } }: { readonly happening: Happening }) {
  const entries = Object.entries(parameters)
  return (
    <div class="facts">
      <p>
        <code>{summary}</code>
      </p>
      {entries.length > 0 && (
        <dl>
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <LongText text={value} name={name} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
