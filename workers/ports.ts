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
import { singleFlight } from "./single-flight.ts"

/** What a store may take beside the two requests of a fetch, in seconds, until a load counts as dead with its request. */
const storeSeconds = 1

/** What Workers lend the core: the clock, `fetch`, a store for keys that outlives the isolate, and work after the answer. */
export function workerPorts(namespace: KeyNamespace | undefined): Ports {
  const store = namespace ? kvKeyStore(namespace) : cacheKeyStore()
  const share = singleFlight<KeySetLoad>()

  return {
    now: () => Date.now(),
    async loadKeySet(source, newerThan) {
      const { issuer, jwksUri, limits } = source
      const id = JSON.stringify([issuer, jwksUri])
      const milliseconds = (2 * limits.fetchTimeoutSeconds + storeSeconds) * 1000
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
