import type { FlowChoices, FlowSummary, Setup } from "../api.ts"
import { Field } from "./field.tsx"
import { type FlowRun, openIdScopes } from "./flow-run.ts"

interface Props {
  readonly setup: Setup
  readonly flow: FlowSummary
  readonly choices: FlowChoices
  readonly run: FlowRun | null
  chooseFlow(id: string): void
  change(choices: FlowChoices): void
  start(): void
}

/** Which flow, for whom and for what. */
export function FlowPanel({ setup, flow, choices, run, chooseFlow, change, start }: Props) {
  const { flows, users, scopes, organizations } = setup
  const chosen = choices.scope.split(" ").filter(Boolean)
  const setScope = (name: string, isOn: boolean) => {
    const names = scopes.filter((one) => (one === name ? isOn : chosen.includes(one)))
    change({ ...choices, scope: names.join(" ") })
  }
  return (
    <form
      class="flow-panel"
      onSubmit={(event) => {
        event.preventDefault()
        start()
      }}
    >
      <fieldset>
        <legend>Flow</legend>
        {flows.map(({ id, title, use }) => (
          <div key={id} class="flow">
            <label class="choice">
              <input type="radio" name="flow" checked={id === flow.id} onChange={() => chooseFlow(id)} /> {title}
            </label>
            {id === flow.id && <p class="note">{use}</p>}
          </div>
        ))}
      </fieldset>
      <div class="fields">
        <Field id="user" label="User">
          <select
            id="user"
            value={choices.user}
            disabled={!flow.hasUser}
            onChange={({ currentTarget }) => change({ ...choices, user: currentTarget.value })}
          >
            {users.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field id="organization" label="Organization">
          <select
            id="organization"
            value={choices.organization ?? ""}
            onChange={({ currentTarget }) => change({ ...choices, organization: currentTarget.value || null })}
          >
            <option value="">none</option>
            {organizations.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <p class="note">{who(setup, flow, choices)}</p>
      <fieldset>
        <legend>Scopes</legend>
        <div class="scopes">
          {scopes.map((name) => {
            const isOff = !flow.hasUser && openIdScopes.includes(name)
            return (
              <label key={name} class="choice">
                <input
                  type="checkbox"
                  disabled={isOff}
                  checked={!isOff && chosen.includes(name)}
                  onChange={({ currentTarget }) => setScope(name, currentTarget.checked)}
                />{" "}
                <code>{name}</code>
              </label>
            )
          })}
        </div>
      </fieldset>
      <label class="choice">
        <input
          type="checkbox"
          checked={choices.withAudience}
          onChange={({ currentTarget }) => change({ ...choices, withAudience: currentTarget.checked })}
        />{" "}
        Ask for the API (audience)
      </label>
      <div class="go">
        <button type="submit" class="main">
          Get a token
        </button>
        <output>{progress(run)}</output>
      </div>
      {run?.failure && (
        <p role="alert" class="alert">
          <strong>No token.</strong> {run.failure}
        </p>
      )}
    </form>
  )
}

function who({ users }: Setup, { client, hasUser }: FlowSummary, { user }: FlowChoices) {
  const permissions = users.find(({ name }) => name === user)?.permissions ?? []
  if (!hasUser)
    return (
      <>
        Nobody logs in: the client <code>{client}</code> acts for itself.
      </>
    )
  return (
    <>
      {user} logs in to the client <code>{client}</code>, and may{" "}
      {permissions.length > 0 ? <code>{permissions.join(" ")}</code> : "do nothing"}.
    </>
  )
}

function progress(run: FlowRun | null) {
  if (run?.state === "running") return "Under way…"
  if (run?.state !== "done") return ""
  return (
    <>
      Done. <a href="#send">Send it</a>
    </>
  )
}
