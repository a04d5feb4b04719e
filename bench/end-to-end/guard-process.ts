import { fileURLToPath } from "node:url"
import type { SigningIssuer } from "../../test/support/signing-issuer.ts"
import { startWorkerd } from "../../test/support/workerd.ts"
import type { Issuer } from "../tokens.ts"
import { audienceOf, fiveTokens } from "./five-tokens.ts"

/** A Worker that is compared. */
export interface GuardKind {
  readonly name: string
  /** In the folder of the guards. */
  readonly file: string
  /** The limit lets everybody through. */
  readonly lets: "everybody" | "valid tokens"
  /** Whether the origin is told who calls, and not given the token. */
  readonly tellsCaller: boolean
}

/** A guard and its origin, up in a workerd of their own. */
export interface GuardProcess {
  readonly name: string
  readonly port: number
  readonly issuer: SigningIssuer
  close(): Promise<void>
}

/** What the load asks for: covered by a rule that needs a scope. */
export const path = "/orders/42"

/** Starts a guard, and asks it the questions. Throws when it answers one wrongly. */
export async function startGuard(kind: GuardKind, keys: Issuer, issuer: SigningIssuer): Promise<GuardProcess> {
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const worker = await startWorkerd({
    entryPoint: here(`guards/${kind.file}`),
    text: { ISSUER: issuer.issuer, AUDIENCE: audienceOf(keys) },
    workers: { ORIGIN: { entryPoint: here("origin.worker.ts") } },
  })
  const guard = {
    name: kind.name,
    port: Number(worker.host.split(":")[1]),
    issuer,
    close: () => worker.close(),
  }
  try {
    await ask(kind, guard, keys)
  } catch (error) {
    await guard.close()
    throw error
  }
  return guard
}

async function ask({ name, lets, tellsCaller }: GuardKind, { port, issuer }: GuardProcess, keys: Issuer) {
  for (const question of fiveTokens(keys, issuer.issuer)) {
    const headers = question.token === "" ? {} : { authorization: `Bearer ${question.token}` }
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    const body = await response.text()
    const expected = question.letIn || lets === "everybody" ? 200 : 401
    if (response.status !== expected)
      throw new Error(`${name} answered ${response.status} to the ${question.name} token`)
    if (!tellsCaller || expected !== 200) continue
    const { subject, authorization } = JSON.parse(body)
    if (!String(subject).startsWith("auth0|") || authorization) throw new Error(`${name} told the origin ${body}`)
  }
}
