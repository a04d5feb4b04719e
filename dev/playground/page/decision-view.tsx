import type { AskedFor, Explanation } from "../api.ts"
import { Mark } from "./mark.tsx"

const outcomes = {
  allow: { word: "Allowed", tone: "good", mark: "passed" },
  refuse: { word: "Refused", tone: "bad", mark: "failed" },
  fault: { word: "Not decided", tone: "fault", mark: "failed" },
} as const

/** The checks in their order, to the one that failed, and what would have been enough. */
export function DecisionView({ explanation }: { readonly explanation: Explanation }) {
  const { decision, steps, skipped, ending } = explanation
  const { word, tone, mark } = outcomes[decision.outcome]
  return (
    <>
      <p class="verdict" data-tone={tone}>
        <Mark state={mark} /> <strong>{word}</strong> <span>{whoCalls(explanation)}</span>
      </p>
      <ol class="checks">
        {steps.map(({ step, passed, text, asked }) => (
          <li key={step} data-check={step} data-state={passed ? "passed" : "failed"}>
            <Mark state={passed ? "passed" : "failed"} /> <strong>{step}</strong>
            <div class="text">
              {text}
              <Requirements asked={asked} />
            </div>
          </li>
        ))}
        {skipped.map((step) => (
          <li key={step} data-check={step} data-state="skipped">
            <Mark state="skipped" word="not come to" /> <strong>{step}</strong>
          </li>
        ))}
      </ol>
      {ending && (
        <div class="ending">
          {decision.outcome === "allow" && <p>Without "report" it would have been this:</p>}
          <p>
            <code class="reason">{ending.reason}</code> {ending.text}.
          </p>
          <h4>What would have been enough</h4>
          <p class="text">{ending.enough}</p>
        </div>
      )}
    </>
  )
}

function Requirements({ asked }: { readonly asked: readonly AskedFor[] }) {
  if (asked.length === 0) return null
  return (
    <ul class="requirements">
      {asked.map(({ text, isMet, found, parts }) => (
        <li key={text}>
          <Mark state={isMet ? "passed" : "failed"} word={isMet ? "met" : "not met"} /> {text}
          {found !== null && <span class="found">: {found}</span>}
          <Requirements asked={parts} />
        </li>
      ))}
    </ul>
  )
}

function whoCalls({ decision, ending }: Explanation): string {
  if (decision.outcome !== "allow") return ""
  if (ending) return "let through all the same, as the rule only reports"
  const { principal } = decision
  if (!principal) return "the rule is public: nobody was asked who they are"
  return principal.clientId === null ? principal.subject : `${principal.subject}, by ${principal.clientId}`
}
