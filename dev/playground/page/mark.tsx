export type State = "passed" | "failed" | "skipped"

const signs: Readonly<Record<State, string>> = { passed: "✓", failed: "✗", skipped: "–" }

/** A state as a sign in its colour, and as a word for those who see neither. */
export function Mark({ state, word = state }: { readonly state: State; readonly word?: string }) {
  return (
    <span class="mark" data-mark={state}>
      <span aria-hidden="true">{signs[state]}</span>
      <span class="hidden">{word}</span>
    </span>
  )
}
