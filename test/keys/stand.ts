import { setTimeout as pause } from "node:timers/promises"
import type { ConfigInput, IssuerInput } from "../../core/index.ts"
import type { SigningIssuer } from "../support/signing-issuer.ts"
import { type Answer, type Edge, type EdgeName, startEdge } from "./edge.ts"
import { policyOf, startTenant, type Tenant } from "./tenant.ts"

/** One tenant, and one edge that enforces one policy for it. Nothing of it is shared between tests, so each begins cold. */
export interface Stand extends Tenant, Pick<Edge, "logs" | "restart" | "store"> {
  readonly edge: Edge
  /** Asks with a token of its own, unless told otherwise. */
  ask(token?: string | null, path?: string): Promise<Answer>
  settle(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface StandOptions {
  readonly profile?: IssuerInput["profile"]
  readonly keys?: IssuerInput["keys"]
  /** The rest of the policy, made when the tenant is there. */
  readonly policy?: (tenant: Tenant) => Partial<ConfigInput>
}

export async function startStand(name: EdgeName, options: StandOptions = {}): Promise<Stand> {
  const { profile, keys, policy = () => ({}) } = options
  const tenant = await startTenant({ ...(profile && { profile }), keys })
  const edge = await startEdge(name, { main: policyOf([tenant.input], policy(tenant)) })
  return {
    ...tenant,
    edge,
    logs: edge.logs,
    restart: edge.restart,
    store: edge.store,
    ask: (token = tenant.token(), path) => edge.decide("main", token, path),
    settle: () => edge.settle("main"),
    async [Symbol.asyncDispose]() {
      await edge.close()
      tenant.close()
    },
  }
}

/** Far above every limit that the tests set. */
const patienceMilliseconds = 10_000

/**
 * Asks again and again until the answer, or something else, is as it should be; returns all answers, that one last. Rejects when
 * it takes too long.
 */
export async function askUntil(ask: () => Promise<Answer>, isEnough: (answer: Answer) => boolean): Promise<Answer[]> {
  const answers: Answer[] = []
  await until(
    async () => {
      const answer = await ask()
      answers.push(answer)
      return isEnough(answer)
    },
    () => `the answers were ${JSON.stringify(tally(answers))}`,
  )
  return answers
}

/** Looks again and again whether something holds. Rejects when it takes too long, and says what held instead. */
export async function until(holds: () => boolean | Promise<boolean>, instead: () => string): Promise<void> {
  for (const startedAt = performance.now(); performance.now() - startedAt < patienceMilliseconds; await pause(20))
    if (await holds()) return
  throw new Error(`not within ${patienceMilliseconds / 1000} s; ${instead()}`)
}

/** Has an issuer hold every answer back, from now on and until it is released. `arrived` resolves when it was asked for one. */
export function holdAnswers(issuer: SigningIssuer): { arrived(): Promise<void>; release(): void } {
  const before = issuer.visits.length
  const released = Promise.withResolvers<void>()
  issuer.answer = async (request, response) => {
    await released.promise
    issuer.answerOrdinarily(request, response)
  }
  return {
    arrived: () =>
      until(
        () => issuer.visits.length > before,
        () => "the issuer was not asked",
      ),
    release() {
      issuer.answer = null
      released.resolve()
    },
  }
}

/** Has an issuer hang up on everybody. */
export function goDown(issuer: SigningIssuer): void {
  issuer.answer = (incoming) => void incoming.destroy()
}

/** How often each answer came: "allowed", or the reason. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const words = answers.map(({ allowed, reason }) => (allowed ? "allowed" : String(reason)))
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, list]) => [word, list.length]))
}

export function times<T>(count: number, next: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, next))
}
