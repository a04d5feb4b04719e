import { Mark } from "./mark.tsx"

interface Props {
  readonly status: number
  readonly text: string
}

/** What an edge answers, to be read at a glance. */
export function Status({ status, text }: Props) {
  const isGood = status < 400
  return (
    <p class="verdict" data-status={status} data-tone={isGood ? "good" : status < 500 ? "bad" : "fault"}>
      <Mark state={isGood ? "passed" : "failed"} word={isGood ? "let in" : "not let in"} /> <strong>{status}</strong>{" "}
      <span>{text}</span>
    </p>
  )
}

/** In place of a status, where there was no answer at all. */
export function NoAnswer({ failure }: { readonly failure: string }) {
  return (
    <>
      <p class="verdict" data-tone="fault">
        <Mark state="failed" /> <strong>No answer</strong>
      </p>
      <p>{failure}</p>
    </>
  )
}
