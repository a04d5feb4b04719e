import type { WorkerAnswer } from "../api.ts"
import { CodeBlock } from "./scroll-box.tsx"
import { NoAnswer, Status } from "./status.tsx"
import { isByWorker } from "./verdicts.ts"

type Received = Extract<WorkerAnswer, { received: unknown }>["received"]

/** What the Worker answered, and what it passed on. */
export function WorkerView({ worker, hasToken }: { readonly worker: WorkerAnswer; readonly hasToken: boolean }) {
  if ("failure" in worker) return <NoAnswer failure={worker.failure} />
  const { status, headers, body, received } = worker
  const challenges = headers.filter(([name]) => name === "www-authenticate").map(([, value]) => value)
  return (
    <>
      <Status
        status={status}
        text={isByWorker(worker) ? meaning(status) : "refused by wrangler dev: the Worker was not asked"}
      />
      {challenges.length > 0 && (
        <>
          <h4>WWW-Authenticate</h4>
          {challenges.map((challenge) => (
            <p key={challenge}>
              <code>{challenge}</code>
            </p>
          ))}
        </>
      )}
      <h4>What the origin received</h4>
      <OriginReceived {...{ received, status, hasToken }} />
      {body !== "" && !received && (
        <>
          <h4>Body</h4>
          <CodeBlock label="Body of the Worker's answer" text={pretty(body)} />
        </>
      )}
      <details>
        <summary>All headers of the answer</summary>
        <CodeBlock
          label="Headers of the Worker's answer"
          text={headers.map(([name, value]) => `${name}: ${value}`).join("\n")}
        />
      </details>
      {received && (
        <details>
          <summary>Body of the answer</summary>
          <CodeBlock label="Body of the Worker's answer" text={pretty(body)} />
        </details>
      )}
    </>
  )
}

interface ReceivedProps {
  readonly received: Received
  readonly status: number
  readonly hasToken: boolean
}

function OriginReceived({ received, status, hasToken }: ReceivedProps) {
  if (!received)
    return <p class="empty">{status < 400 ? "The origin's answer doesn't tell." : "Nothing reached the origin."}</p>
  const rows = [
    ["request", `${received.method} ${received.path}`],
    ...Object.entries(received.identity),
    ["authorization", received.authorization === "received" ? "passed on" : hasToken ? "taken out" : "none was sent"],
  ]
  return (
    <table>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <code>{value}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function meaning(status: number): string {
  if (status < 400) return "let through to the origin"
  if (status === 401) return "refused: no access token that holds"
  if (status === 403) return "refused: not with this token, or not at all"
  return status < 500 ? "refused: the request is malformed" : "no decision, try again later"
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
