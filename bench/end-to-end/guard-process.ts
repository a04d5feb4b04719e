import { fileURLToPath } from "node:url"
import type { SigningIssuer } from "../../test/support/signing-issuer.ts"
import { type RunningWorker, startWorkerd } from "../../test/support/workerd.ts"
import type { Issuer } from "../tokens.ts"
import { audienceOf, fiveTokens, type TokenQuestion } from "./five-tokens.ts"

/** A Worker that is loaded. */
export interface GuardKind {
  readonly name: string
  /** In this folder. */
  readonly file: string
  /** The limit lets everybody through. */
  readonly lets: "everybody" | "valid signatures" | "valid tokens"
  /** Whether the origin is told who calls, and not given the token. */
  readonly tellsCaller: boolean
}

/** A guard and its origin, up in a workerd of their own. */
export interface GuardProcess extends RunningWorker {
  readonly name: string
  readonly port: number
  readonly issuer: SigningIssuer
}

/** What the load asks for: covered by a rule that needs a scope. */
export const path = "/orders/42"

/** Starts a guard, and asks it the questions. Throws when it answers one wrongly. */
export async function startGuard(
  kind: GuardKind,
  keys: Issuer,
  issuer: SigningIssuer,
  { inspected = false } = {},
): Promise<GuardProcess> {
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const options = {
    entryPoint: here(kind.file),
    text: { ISSUER: issuer.issuer, AUDIENCE: audienceOf(keys), KEY: JSON.stringify(keys.signingKey.jwk) },
    workers: { ORIGIN: { entryPoint: here("origin.worker.ts") } },
  }
  const worker = await startWorkerd(options, { inspected })
  const guard = { ...worker, port: Number(worker.host.split(":")[1]), name: kind.name, issuer }
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
    const expected = isLetIn(question, lets) ? 200 : 401
    if (response.status !== expected)
      throw new Error(`${name} answered ${response.status} to the ${question.name} token`)
    if (!tellsCaller || expected !== 200) continue
    const { subject, authorization } = JSON.parse(body)
    if (!String(subject).startsWith("auth0|") || authorization) throw new Error(`${name} told the origin ${body}`)
  }
}

function isLetIn({ letIn, name }: TokenQuestion, lets: GuardKind["lets"]): boolean {
  if (lets === "everybody") return true
  return lets === "valid tokens" ? letIn : name !== "tampered" && name !== "missing"
}
