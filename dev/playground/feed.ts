import type { IssuerView, PolicyView } from "./api.ts"

/** What the page is told of without asking, by the name of the event. */
export interface News {
  readonly policy: PolicyView
  readonly issuer: IssuerView
}
export type Listener = <Name extends keyof News>(name: Name, view: News[Name]) => void

/** Hands news on to whoever listens, and the latest of each kind to whoever begins to. */
export interface Feed {
  /** Passes over what was published last. */
  publish<Name extends keyof News>(name: Name, view: News[Name]): void
  /** Returns the means to hear no more. */
  listen(listener: Listener): () => void
}

export function createFeed(): Feed {
  const latest = new Map<keyof News, News[keyof News]>()
  const listeners = new Set<Listener>()
  return {
    publish(name, view) {
      if (JSON.stringify(view) === JSON.stringify(latest.get(name))) return
      latest.set(name, view)
      for (const listener of listeners) listener(name, view)
    },
    listen(listener) {
      listeners.add(listener)
      for (const [name, view] of latest) listener(name, view)
      return () => listeners.delete(listener)
    },
  }
}
