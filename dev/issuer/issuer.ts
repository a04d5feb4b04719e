import type { RequestListener } from "node:http"
import { serve } from "../serve.ts"
import { type Behaviour, behavingAs } from "./behaviour.ts"
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

/** A running issuer, with the means to make its keys change or vanish, and itself fail. */
export interface LocalIssuer {
  /** The `iss` of its tokens, with a trailing slash as Auth0 has it. */
  readonly issuer: string
  /** The one API that it knows. */
  readonly audience: string
  /** How often the key set was asked for, whatever the answer was. */
  readonly keySetFetches: number
  /** What it publishes, the newest first. The first one signs. */
  readonly keys: readonly { readonly kid: string; readonly alg: string }[]
  readonly behaviour: Behaviour
  readonly clockSkewSeconds: number
  readonly tokenProfile: TokenProfile
  /** Signs with a new key from now on and returns its kid. Keys before it stay published unless `keepOld` is false. */
  rotate(alg?: string, options?: { readonly keepOld?: boolean }): Promise<string>
  /** Publishes one key no longer. Tokens that it signed stay as they are. Throws where it is the only key. */
  withdraw(kid: string): void
  /** Answers every request in another way from now on. */
  behaveAs(behaviour: Behaviour): void
  /**
   * Sets its clock: the Date of its answers and the times in JWT access tokens are so many seconds ahead, or behind if negative. ID
   * tokens keep the right time, since the provider lets nobody change them.
   */
  skewClock(seconds: number): void
  /** Gives access tokens of another profile from now on. */
  issueTokensAs(profile: TokenProfile): void
  /** Has the key set answered by a listener of the caller's, however the issuer behaves otherwise; null ends that. */
  answerKeysWith(listener: RequestListener | null): void
  /** Calls a listener whenever any of what can be read here has changed. */
  watch(listener: () => void): void
  /** Stops at once; requests under way are cut off. */
  close(): Promise<void>
}

/** Starts an OpenID provider over plain HTTP. It logs in anybody: it belongs on loopback and nowhere else. */
export async function startIssuer(options: IssuerOptions = {}): Promise<LocalIssuer> {
  const { port = 0, host = "127.0.0.1", alg: firstAlg = "RS256" } = options
  const store = memoryStore()
  let keys: readonly [SigningKey, ...SigningKey[]] = [await newSigningKey(firstAlg)]
  let { tokenProfile = "auth0" } = options
  let clockSkewSeconds = 0
  let behaviour: Behaviour = "well"
  let keySetFetches = 0
  let answerKeys: RequestListener | null = null
  let answer: RequestListener = (_request, response) => response.writeHead(503).end()

  const served = await serve(
    (request, response) => {
      const isKeySet = request.url?.split("?")[0] === keySetPath
      if (isKeySet) {
        keySetFetches++
        notify()
      }
      response.setHeader("date", new Date(Date.now() + clockSkewSeconds * 1000).toUTCString())
      if (isKeySet && answerKeys) answerKeys(request, response)
      else behavingAs(behaviour, (...late) => answer(...late))(request, response)
    },
    port,
    host,
  )
  const issuer = `http://${host}:${served.port}/`

  const listeners: (() => void)[] = []
  function notify(): void {
    for (const listener of listeners) listener()
  }

  // A provider can't change: each change makes a new one, which finds the old one's sessions in the store.
  function renew(next = keys): void {
    keys = next
    answer = createProvider({ issuer, keys, store, tokenProfile, clockSkewSeconds }).callback()
    notify()
  }
  renew()

  return {
    issuer,
    audience: api.audience,
    get keySetFetches() {
      return keySetFetches
    },
    get keys() {
      return keys.map(({ kid, alg }) => ({ kid, alg }))
    },
    get behaviour() {
      return behaviour
    },
    get clockSkewSeconds() {
      return clockSkewSeconds
    },
    get tokenProfile() {
      return tokenProfile
    },
    async rotate(alg = keys[0].alg, { keepOld = true } = {}) {
      const key = await newSigningKey(alg)
      renew(keepOld ? [key, ...keys] : [key])
      return key.kid
    },
    withdraw(kid) {
      const [first, ...rest] = keys.filter((key) => key.kid !== kid)
      if (!first) throw new Error("an issuer needs a key: rotate before the last one is withdrawn")
      renew([first, ...rest])
    },
    behaveAs(next) {
      behaviour = next
      notify()
    },
    skewClock(seconds) {
      clockSkewSeconds = seconds
      renew()
    },
    issueTokensAs(profile) {
      tokenProfile = profile
      renew()
    },
    answerKeysWith(listener) {
      answerKeys = listener
    },
    watch(listener) {
      listeners.push(listener)
    },
    close: served.close,
  }
}
