import { claimNotes, headerNotes, timeClaims, unknownNote } from "./claim-notes.ts"
import type { DecodedToken } from "./decoded-token.ts"
import { whatItTells } from "./what-it-tells.ts"

interface Props {
  readonly decoded: DecodedToken
  /** Why it is opaque, if it is. */
  readonly whyOpaque: string
}

/** A token as it can be read, each claim with what it means. */
export function Decoded({ decoded, whyOpaque }: Props) {
  if (decoded.kind === "none")
    return <p class="empty">No token yet. Get one above, or paste one. Without one, the call is sent without.</p>
  if (decoded.kind === "broken") return <p class="empty">Not a JWT any more. {decoded.problem}</p>
  if (decoded.kind === "opaque")
    return (
      <p class="empty">
        <strong>Opaque.</strong> {whyOpaque}
      </p>
    )
  const { header, claims, isIdToken } = decoded
  const { can, cannot } = whatItTells(claims)
  return (
    <div>
      <Claims title="Header" claims={header} notes={headerNotes} />
      <Claims title="Claims" claims={claims} notes={claimNotes} />
      {isIdToken ? (
        <p class="note">An ID token: it tells the application who has logged in. An API has no use for it.</p>
      ) : (
        <div class="tells">
          <List title="The API can tell" lines={can} />
          <List title="It can't tell" lines={cannot} />
        </div>
      )}
    </div>
  )
}

interface ClaimsProps {
  readonly title: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly notes: Readonly<Record<string, string>>
}

function Claims({ title, claims, notes }: ClaimsProps) {
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

// Lists with spaces, where a line can end.
function written(value: unknown): string {
  if (typeof value === "string") return value
  return Array.isArray(value) ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]` : JSON.stringify(value)
}

function List({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
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
