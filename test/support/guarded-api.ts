import type { ConfigInput, IssuerInput } from "../../core/index.ts"
import { type EchoOrigin, startEchoOrigin } from "./echo-origin.ts"
import { type RawAnswer, sendRaw } from "./raw-http.ts"
import { type IssuerKey, makeKey, type SigningIssuer, signJws, startSigningIssuer } from "./signing-issuer.ts"
import { type RunningWorker, startWorkerd, type WorkerOptions } from "./workerd.ts"

/** An API behind the Worker, with an issuer and an origin that do what a test tells them. */
export interface GuardedApi {
  readonly issuer: SigningIssuer
  readonly origin: EchoOrigin
  readonly worker: RunningWorker
  /** A token that every policy takes, with claims replaced; undefined takes one away. */
  token(claims?: Readonly<Record<string, unknown>>, key?: IssuerKey): string
  /** Sends a request to the guard of one policy, with a token unless told otherwise. */
  send(request: ApiRequest): Promise<RawAnswer>
  close(): Promise<void>
}

/** Ordinary where nothing is said: GET /orders under the policy "api", with a good token. */
export interface ApiRequest {
  readonly policy?: string
  readonly method?: string
  readonly target?: string
  /** Null for no Authorization header. */
  readonly token?: string | null
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
}

export const audience = "https://api.example.com"

/**
 * The name of a policy that guards the route's own origin: it is asked for by the origin's address, of which this is what
 * guard.worker.ts takes for a policy's name.
 */
export const byAddress = "127"

export interface GuardedApiOptions {
  /** False for a Worker without a service binding to the origin: only the policy `byAddress` leads anywhere then. */
  readonly bound?: boolean
  /** Another Worker in the origin's place. */
  readonly originWorker?: WorkerOptions
  /** Another Worker in the place of guard.worker.ts, with the same variable POLICIES. */
  readonly entryPoint?: string
}

/** By name. */
type Policies = Readonly<Record<string, ConfigInput>>

/** Starts all of it. A policy without issuers gets the one that there is; `policies` may also be made from that. */
export async function startGuardedApi(
  policies: Policies | ((issuer: IssuerInput) => Policies),
  { bound = true, originWorker, entryPoint = "test/support/guard.worker.ts" }: GuardedApiOptions = {},
): Promise<GuardedApi> {
  const key = makeKey("rsa", { kid: "first", alg: "RS256" })
  const issuer = await startSigningIssuer([key])
  const origin = await startEchoOrigin()
  const known: IssuerInput = { issuer: issuer.issuer, audiences: [audience], profile: "auth0" }
  const named = Object.entries(typeof policies === "function" ? policies(known) : policies)
  const withIssuer = named.map(([name, policy]) => [name, { issuers: [known], ...policy }])
  const worker = await startWorkerd({
    entryPoint,
    text: { POLICIES: JSON.stringify(Object.fromEntries(withIssuer)) },
    external: bound && !originWorker ? { ORIGIN: origin.host } : {},
    workers: originWorker ? { ORIGIN: originWorker } : {},
  })

  const api: GuardedApi = {
    issuer,
    origin,
    worker,
    token(claims = {}, signingKey = key) {
      const now = Math.floor(Date.now() / 1000)
      const ordinary = { iss: issuer.issuer, sub: "auth0|alice", aud: audience, azp: "web", iat: now, exp: now + 300 }
      const header = { alg: "RS256", typ: "JWT", kid: signingKey.jwk.kid }
      return signJws(signingKey.privateKey, "RS256", header, { ...ordinary, ...claims })
    },
    send({ policy = "api", target = "/orders", token = api.token(), headers = [], ...rest }) {
      const host = policy === byAddress ? origin.host : `${policy}.test`
      const authorization = token === null ? [] : [["Authorization", `Bearer ${token}`] as const]
      return sendRaw(worker.host, { ...rest, target, headers: [["Host", host], ...authorization, ...headers] })
    },
    async close() {
      await worker.close()
      origin.close()
      issuer.close()
    },
  }
  return api
}
