import {
  type KeySetLoad,
  type KeySource,
  type KeyStore,
  loadKeySet,
  loadStored,
  type Ports,
  writeSnapshot,
} from "../core/index.ts"
import { httpGet } from "./http-get.ts"
import { temporaryKeyStore } from "./key-store.ts"
import { nodeSignatures } from "./signatures.ts"

/** What a Lambda environment lends the core, and what it has to see to before it answers. */
export interface LambdaPorts extends Ports {
  /**
   * Waits for the work that no answer depends on, as long as each piece of it may be waited for: the environment is frozen
   * with the answer, and what is under way then goes on, if at all, with the next call.
   */
  settle(): Promise<void>
  /** Loads a key set before it is asked for: the next `loadKeySet` of this source takes it over, if it came to anything. */
  prefetch(source: KeySource, newerThan: number): void
}

/** The clock, `node:https`, `node:crypto`, and a folder that outlives the process. */
export function lambdaPorts(store: KeyStore = temporaryKeyStore()): LambdaPorts {
  const underWay = new Map<string, Promise<KeySetLoad>>()
  const prefetched = new Map<string, Promise<KeySetLoad>>()
  const deferred = new Set<Promise<unknown>>()

  /** Calls with one id that overlap share one piece of work. */
  function share(id: string, work: () => Promise<KeySetLoad>): Promise<KeySetLoad> {
    const shared = underWay.get(id) ?? work().finally(() => underWay.delete(id))
    underWay.set(id, shared)
    return shared
  }

  function load(source: KeySource, newerThan: number): Promise<KeySetLoad> {
    const id = idOf(source)
    const fetchOnce = () => share(`fetch ${id}`, () => fetchAndStore(source, store))
    if (newerThan >= Date.now()) return fetchOnce()
    return share(`load ${id}`, async () => (await loadStored(store, source, newerThan, Date.now())) ?? fetchOnce())
  }

  return {
    now: () => Date.now(),
    signatures: nodeSignatures,
    async loadKeySet(source, newerThan) {
      const begun = prefetched.get(idOf(source))
      prefetched.delete(idOf(source))
      const early = await begun
      return early?.ok && early.fetchedAt > newerThan ? early : load(source, newerThan)
    },
    prefetch(source, newerThan) {
      prefetched.set(idOf(source), load(source, newerThan))
    },
    defer(work, deadlineMilliseconds) {
      const waited = within(work, deadlineMilliseconds).finally(() => deferred.delete(waited))
      deferred.add(waited)
    },
    async settle() {
      if (deferred.size > 0) await Promise.all(deferred)
    },
  }
}

/** Another place for the keys is another source. */
function idOf({ issuer, jwksUri }: KeySource): string {
  return JSON.stringify([issuer, jwksUri])
}

async function fetchAndStore(source: KeySource, store: KeyStore): Promise<KeySetLoad> {
  const load = await loadKeySet(source, httpGet, Date.now())
  if (!load.ok)
    console.error(JSON.stringify({ message: "key set not loaded", reason: load.reason, detail: load.detail }))
  else {
    if (load.skipped.length > 0) console.warn(JSON.stringify({ message: "keys skipped", skipped: load.skipped }))
    await store.write(source, writeSnapshot(source.issuer, load))
  }
  return load
}

/** Ends with the work, or with the time that it is given. */
async function within(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([work, expiry])
  clearTimeout(timer)
}
