import type { RequestListener } from "node:http"
import { serve } from "../serve.ts"
import { createProvider, keySetPath } from "./provider.ts"
import { newSigningKey, type SigningKey } from "./signing-key.ts"
import { memoryStore } from "./store.ts"
import { api } from "./tenant.ts"
import type { TokenProfile } from "./token-shape.ts"

export interface IssuerOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  readonly host?: string
  /** The JOSE algorithm of the first key. */
  readonly alg?: string
  readonly tokenProfile?: TokenProfile
}

/** A running issuer, with the means to make its keys change, vanish or fail. */
export interface LocalIssuer {
  /** The `iss` of its tokens, with a trailing slash as Auth0 has it. */
  readonly issuer: string
  /** The one API that it knows. */
  readonly audience: string
  /** How often the key set was asked for. */
  readonly keySetFetches: number
  /** Signs with a new key from now on and returns its kid. Keys before it stay published unless `keepOld` is false. */
  rotate(alg?: string, options?: { readonly keepOld?: boolean }): Promise<string>
  /** Publishes one key no longer. Tokens that it signed stay as they are. Throws where it is the only key. */
  withdraw(kid: string): void
  /** Has the key set answered by a listener of the caller's (an outage, garbage, a delay); null ends that. */
  answerKeysWith(listener: RequestListener | null): void
  /** Stops at once; requests under way are cut off. */
  close(): Promise<void>
}

/** Starts an OpenID provider over plain HTTP. It logs in anybody: it belongs on loopback and nowhere else. */
export async function startIssuer(options: IssuerOptions = {}): Promise<LocalIssuer> {
  const { port = 0, host = "127.0.0.1", alg: firstAlg = "RS256", tokenProfile = "auth0" } = options
  const store = memoryStore()
  let keys: readonly [SigningKey, ...SigningKey[]] = [await newSigningKey(firstAlg)]
  let keySetFetches = 0
  let answerKeys: RequestListener | null = null
  let answer: RequestListener = (_request, response) => response.writeHead(503).end()

  const served = await serve(
    (request, response) => {
      const isKeySet = request.url?.split("?")[0] === keySetPath
      if (isKeySet) keySetFetches++
      if (isKeySet && answerKeys) answerKeys(request, response)
      else answer(request, response)
    },
    port,
    host,
  )
  const issuer = `http://${host}:${served.port}/`

  // A provider's keys can't change: each change makes a new provider, which finds the old one's sessions in the store.
  function publish(next: readonly [SigningKey, ...SigningKey[]]): void {
    keys = next
    answer = createProvider({ issuer, keys, store, tokenProfile }).callback()
  }
  publish(keys)

  return {
    issuer,
    audience: api.audience,
    get keySetFetches() {
      return keySetFetches
    },
    async rotate(alg = keys[0].alg, { keepOld = true } = {}) {
      const key = await newSigningKey(alg)
      publish(keepOld ? [key, ...keys] : [key])
      return key.kid
    },
    withdraw(kid) {
      const [first, ...rest] = keys.filter((key) => key.kid !== kid)
      if (!first) throw new Error("an issuer needs a key: rotate before the last one is withdrawn")
      publish([first, ...rest])
    },
    answerKeysWith(listener) {
      answerKeys = listener
    },
    close: served.close,
  }
}
