import type { Call, PolicyView, Setup } from "../api.ts"
import { Field } from "./field.tsx"

const kindNames: Readonly<Record<Call["kind"], string>> = {
  "rest-token": "REST API, TOKEN authorizer",
  "rest-request": "REST API, REQUEST authorizer",
  "http-1.0": "HTTP API, payload 1.0",
  "http-2.0": "HTTP API, payload 2.0",
  "http-2.0-simple": "HTTP API, payload 2.0, simple responses",
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

export type Line = Omit<Call, "token">

interface Props {
  readonly line: Line
  readonly kinds: Setup["kinds"]
  readonly policy: PolicyView | null
  change(line: Line): void
  decide(): void
}

/** The request that is sent with the token. */
export function RequestLine({ line, kinds, policy, change, decide }: Props) {
  return (
    <form
      id="request"
      class="request-line"
      onSubmit={(event) => {
        event.preventDefault()
        decide()
      }}
    >
      <Field id="method" label="Method">
        <select
          id="method"
          value={line.method}
          onChange={({ currentTarget }) => change({ ...line, method: currentTarget.value })}
        >
          {methods.map((method) => (
            <option key={method}>{method}</option>
          ))}
        </select>
      </Field>
      <Field id="path" label="Path" class="path">
        <input
          id="path"
          type="text"
          list="paths"
          required
          pattern="/.*"
          title="A path that begins with a slash"
          spellcheck={false}
          autocomplete="off"
          value={line.target}
          onInput={({ currentTarget }) => change({ ...line, target: currentTarget.value })}
        />
      </Field>
      <datalist id="paths">
        {examplePaths(policy).map((path) => (
          <option key={path} value={path} />
        ))}
      </datalist>
      <Field id="kind" label="API Gateway asks as">
        <select
          id="kind"
          value={line.kind}
          onChange={({ currentTarget }) => change({ ...line, kind: currentTarget.value as Line["kind"] })}
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {kindNames[kind]}
            </option>
          ))}
        </select>
      </Field>
      <button type="submit" class="main">
        Decide
      </button>
    </form>
  )
}

/** A path for each that the policy names, and one that it doesn't. */
function examplePaths(policy: PolicyView | null): readonly string[] {
  const patterns = Object.keys(policy?.lines ?? {}).map((name) => name.slice(name.indexOf("/")))
  const paths = patterns.map((pattern) => pattern.replace(/:\w+/g, "7").replace(/\*+/g, "more"))
  return [...new Set([...paths, "/nowhere"])]
}
