import { timeClaims, unknownNote } from "./claim-notes.ts"
import { written } from "./written.ts"

interface ClaimsProps {
  readonly title: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly notes: Readonly<Record<string, string>>
}

/** What is in a part of a token, by name, each with what it means where the pointer or the focus rests. */
export function Claims({ title, claims, notes }: ClaimsProps) {
  return (
    <>
      <h3>{title}</h3>
      <dl class="claims">
        {Object.entries(claims).map(([name, value]) => {
          const id = `note-${title}-${name}`
          return (
            <div key={name} class="claim">
              <dt>
                <button type="button" class="claim-name" aria-describedby={id} onKeyDown={leaveOnEscape}>
                  {name}
                </button>
              </dt>
              <dd>
                <code>{written(value)}</code>
                {timeClaims.includes(name) && typeof value === "number" && (
                  <span class="time"> {readableTime(value)}</span>
                )}
                <span role="tooltip" id={id}>
                  {(Object.hasOwn(notes, name) && notes[name]) || unknownNote}
                </span>
              </dd>
            </div>
          )
        })}
      </dl>
    </>
  )
}

// A note can cover what is beneath it.
function leaveOnEscape({ key, currentTarget }: KeyboardEvent): void {
  if (key === "Escape" && currentTarget instanceof HTMLElement) currentTarget.blur()
}

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" })
const distance = new Intl.RelativeTimeFormat("en", { numeric: "always" })

function readableTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return "no time"
  const minutes = (seconds - Date.now() / 1000) / 60
  const [amount, unit] =
    Math.abs(minutes) < 90
      ? ([minutes, "minute"] as const)
      : Math.abs(minutes) < 48 * 60
        ? ([minutes / 60, "hour"] as const)
        : ([minutes / 1440, "day"] as const)
  // Not "in -0 minutes".
  return `${moment.format(date)}, ${Math.round(amount) === 0 ? "now" : distance.format(Math.round(amount), unit)}`
}
