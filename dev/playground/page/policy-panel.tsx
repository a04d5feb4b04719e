import { useEffect, useRef } from "preact/hooks"
import type { PolicyView } from "../api.ts"
import { ScrollBox } from "./scroll-box.tsx"

const states = {
  ready: "Both edges enforce it.",
  reloading: "Changed: the edges are taking it up…",
  wrong: "It can't be enforced: the edges stay with the one before.",
} as const

interface Props {
  readonly policy: PolicyView | null
  /** The name of the rule that covered the last call, if one did. */
  readonly rule: string | null
}

function whatIsMarked({ state, lines }: PolicyView, rule: string | null): string {
  if (rule === null) return "The rule that covers a call is marked here."
  if (rule in lines) return `Marked: the rule "${rule}", which covered the call.`
  return state === "wrong"
    ? `The rule "${rule}" of the policy before covered the call.`
    : `The rule "${rule}" covered the call; where it stands in the file can't be told.`
}

/** The policy as it stands in its file, with the rule that matched. */
export function PolicyPanel({ policy, rule }: Props) {
  const [first, last] = (rule !== null && policy?.lines[rule]) || [0, -1]
  const box = useRef<HTMLElement>(null)
  // Again when what is marked has changed.
  useEffect(() => {
    const marked = box.current?.querySelector<HTMLElement>("[data-matched]")
    if (box.current && marked) box.current.scrollTop = marked.offsetTop - box.current.clientHeight / 3
  }, [first, policy?.source])

  return (
    <section class="panel" aria-label="Policy">
      <h2>Policy</h2>
      {policy && (
        <>
          <p data-policy={policy.state}>
            <code>{policy.file}</code> <output>{states[policy.state]}</output>
          </p>
          {policy.problem !== null && <p class="alert text">{policy.problem}</p>}
          <ScrollBox label={`Source of ${policy.file}`} class="source" box={box}>
            <ol>
              {policy.source
                .trimEnd()
                .split("\n")
                .map((line, index) => {
                  const isMatched = index + 1 >= first && index + 1 <= last
                  return (
                    <li
                      key={index}
                      data-matched={isMatched || undefined}
                      data-comment={line.trim().startsWith("//") || undefined}
                    >
                      <code>{line === "" ? " " : line}</code>
                      {isMatched && <span class="hidden"> (the rule that matched)</span>}
                    </li>
                  )
                })}
            </ol>
          </ScrollBox>
          <p class="note">
            {whatIsMarked(policy, rule)} Edit the file and save it: both edges take it up, and this page shows it.
          </p>
        </>
      )}
    </section>
  )
}
