import { useState } from "preact/hooks"

const maximumLength = 72

/** A value, shortened if it is long, with the means to see all of it. */
export function LongText({ text, name }: { readonly text: string; readonly name: string }) {
  const [isWhole, setWhole] = useState(false)
  if (text.length <= maximumLength) return <code>{text}</code>
  return (
    <>
      <code>{isWhole ? text : `${text.slice(0, maximumLength - 12)}…${text.slice(-8)}`}</code>{" "}
      <button type="button" class="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
        {isWhole ? "Shorten" : "Show all"}
        <span class="hidden"> of {name}</span>
      </button>
    </>
  )
}
