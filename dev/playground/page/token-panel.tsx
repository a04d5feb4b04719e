import type { IssuedToken } from "../../flows/flow.ts"
import { breakages } from "./broken-token.ts"
import { Decoded } from "./decoded.tsx"
import { decodeToken } from "./decoded-token.ts"
import { Field } from "./field.tsx"
import type { FlowRun } from "./flow-run.ts"

const kindNames: Readonly<Record<IssuedToken["kind"], string>> = {
  access: "Access token",
  "front-channel": "Front-channel access token",
  id: "ID token",
  refresh: "Refresh token",
}

interface Props {
  readonly tokens: readonly IssuedToken[]
  /** Which of them is sent, if it is not one that was pasted. */
  readonly chosen: IssuedToken | null
  readonly text: string
  readonly run: FlowRun | null
  readonly scopes: readonly string[]
  choose(token: IssuedToken): void
  edit(text: string): void
}

/** The tokens that came, and the one that is sent: to read, and to break. */
export function TokenPanel({ tokens, chosen, text, run, scopes, choose, edit }: Props) {
  const isEdited = chosen !== null && chosen.token !== text
  const read = decodeToken(text)
  // Some have no claim that tells them from others.
  const decoded = read.kind === "jwt" && chosen?.kind === "id" ? { ...read, isIdToken: true } : read
  return (
    <div class="token-panel">
      <div>
        {tokens.length > 0 && (
          <fieldset class="row">
            <legend>Which token</legend>
            {tokens.map((token) => (
              <label key={token.token} class="choice">
                <input type="radio" name="token" checked={token === chosen} onChange={() => choose(token)} />{" "}
                {kindNames[token.kind]}
              </label>
            ))}
          </fieldset>
        )}
        <Field id="token" label="Token">
          <textarea
            id="token"
            rows={12}
            maxLength={100_000}
            spellcheck={false}
            autocomplete="off"
            value={text}
            onInput={({ currentTarget }) => edit(currentTarget.value)}
          />
        </Field>
        <fieldset class="row">
          <legend>Break it</legend>
          {Object.entries(breakages).map(([name, breakToken]) => {
            const broken = breakToken(text, scopes)
            return (
              <button
                type="button"
                key={name}
                disabled={broken === null}
                onClick={() => broken !== null && edit(broken)}
              >
                {name}
              </button>
            )
          })}
          <button type="button" disabled={!chosen} onClick={() => chosen && edit(chosen.token)}>
            Restore
          </button>
        </fieldset>
        {isEdited && <p class="note">Not as the issuer gave it out any more.</p>}
      </div>
      <Decoded decoded={decoded} whyOpaque={whyOpaque(isEdited ? null : chosen, run)} />
    </div>
  )
}

function whyOpaque(token: IssuedToken | null, run: FlowRun | null): string {
  if (token?.kind === "refresh")
    return "A refresh token is for the issuer alone: the application trades it for a new access token. No API should ever see it."
  if (token && run && !run.choices.withAudience)
    return "No audience was asked for, so the issuer gave a token that only the issuer can read, for its userinfo. The API can't verify it."
  return "There is nothing in it that can be read. Only who issued it knows what it stands for, and the API does not ask."
}
