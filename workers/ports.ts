import { waitUntil } from "cloudflare:workers"
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
import { cacheKeyStore, type KeyNamespace, kvKeyStore } from "./key-store.ts"
import { orNull } from "./or-null.ts"
import { singleFlight } from "./single-flight.ts"

/** A store that takes longer is no help; and a load that takes longer than this beside its two requests is dead with its own. */
const storeMilliseconds = 1000

/** What Workers lend the core: the clock, `fetch`, a store for keys that outlives the isolate, and work after the answer. */
export function workerPorts(namespace: KeyNamespace | undefined): Ports {
  const { read, write } = namespace ? kvKeyStore(namespace) : cacheKeyStore()
  const store: KeyStore = { read: (source) => orNull(read(source), storeMilliseconds), write }
  const share = singleFlight<KeySetLoad>()

  return {
    now: () => Date.now(),
    async loadKeySet(source, newerThan) {
      const { issuer, jwksUri, limits } = source
      const id = JSON.stringify([issuer, jwksUri])
      const milliseconds = 2 * limits.fetchTimeoutSeconds * 1000 + 2 * storeMilliseconds
      const fetchOnce = () => share(`fetch ${id}`, milliseconds, () => fetchAndStore(source, store))
      const storeWillDo = newerThan < Date.now()
      const load = storeWillDo
        ? share(`load ${id}`, milliseconds, async () => {
            return (await loadStored(store, source, newerThan, Date.now())) ?? (await fetchOnce()) ?? givenUp
          })
        : fetchOnce()
      return (await load) ?? givenUp
    },
    defer: (work) => waitUntil(work),
  }
}

const givenUp: KeySetLoad = { ok: false, reason: "keys_unreachable", detail: "the fetch was given up" }

async function fetchAndStore(source: KeySource, store: KeyStore): Promise<KeySetLoad> {
  const load = await loadKeySet(source, httpGet, Date.now())
  if (!load.ok) console.error({ message: "key set not loaded", reason: load.reason, detail: load.detail })
  else {
    if (load.skipped.length > 0) console.warn({ message: "keys skipped", skipped: load.skipped })
    waitUntil(store.write(source, writeSnapshot(source.issuer, load)))
  }
  return load
}
