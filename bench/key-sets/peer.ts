/** What a verifier is set up with: one issuer, and nothing of its keys but where they are. */
export interface KeySetSettings {
  /** With a trailing slash. */
  readonly issuer: string
  readonly jwksUri: string
  readonly audience: string
}

/** Whether a token is let in. Never rejects: an outage lets nobody in. */
export type Accepts = (token: string) => Promise<boolean>

/** One library with its own way to fetch and keep key sets, set up as its documentation recommends. */
export interface KeySetPeer {
  readonly name: string
  readonly note: string
  /** A new verifier, which has fetched nothing yet. */
  start(settings: KeySetSettings): Accepts
}

/** True where a promise is kept, false where it is broken. */
export function isKept(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  )
}
