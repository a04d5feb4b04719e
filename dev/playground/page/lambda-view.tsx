import type { LambdaAnswer, Statement } from "../api.ts"
import { CodeBlock } from "./scroll-box.tsx"
import { NoAnswer, Status } from "./status.tsx"

const meanings: Readonly<Record<number, string>> = {
  200: "API Gateway calls the integration",
  401: "API Gateway answers 401 Unauthorized",
  403: "API Gateway answers 403 Forbidden",
  500: "API Gateway answers 500",
}

/** What the Lambda authorizer told API Gateway, and what the client meets. */
export function LambdaView({ lambda, hasToken }: { readonly lambda: LambdaAnswer; readonly hasToken: boolean }) {
  if ("failure" in lambda) return <NoAnswer failure={lambda.failure} />
  const { event, result, status, statements } = lambda
  return (
    <>
      <Status
        status={status}
        text={hasToken || !result ? (meanings[status] ?? "") : "what the function says, if it is asked"}
      />
      {!hasToken && (
        <p class="note">
          {result
            ? "Where the Authorization header is the identity source, as in serverless.yml, API Gateway answers 401 by itself, and asks nobody."
            : "A TOKEN authorizer is not asked without a token."}{" "}
          A path that is to be open has no authorizer there.
        </p>
      )}
      {result?.outcome === "error" && (
        <>
          <h4>The function threw</h4>
          <p>
            <code>{result.errorMessage}</code>
          </p>
          <p class="note">So there is no document, and API Gateway keeps nothing of it.</p>
        </>
      )}
      {statements && <Statements statements={statements} />}
      {result?.outcome === "response" && (
        <>
          {!statements && <p class="note">A simple response: yes or no, without a document.</p>}
          <details>
            <summary>{statements ? "IAM document, with its context" : "The response"}</summary>
            <CodeBlock label="The function's response" text={JSON.stringify(result.body, null, 2)} />
          </details>
        </>
      )}
      {result && (
        <details>
          <summary>The event that it was asked with</summary>
          <CodeBlock label="The function's event" text={JSON.stringify(event, null, 2)} />
        </details>
      )}
    </>
  )
}

function Statements({ statements }: { readonly statements: readonly Statement[] }) {
  const [first] = statements
  const isOneCall = statements.length === 1 && first?.effect === "Allow"
  return (
    <>
      <h4>The calls that the document is about</h4>
      <table>
        <thead>
          <tr>
            <th scope="col">Effect</th>
            <th scope="col">Method</th>
            <th scope="col">Path</th>
          </tr>
        </thead>
        <tbody>
          {statements.map(({ effect, method, path }) => (
            <tr key={`${effect} ${method} ${path}`}>
              <td class="effect" data-effect={effect}>
                {effect}
              </td>
              <td>{method === "*" ? "any" : <code>{method}</code>}</td>
              <td>
                <code>{path}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {isOneCall && (
        <p class="note">
          This one call and no other. With <code>apiGateway.cacheKey: "token"</code> in the policy, the document says
          all calls of the caller, and API Gateway may keep it.
        </p>
      )}
    </>
  )
}
