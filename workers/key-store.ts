import type { KeySource, KeyStore } from "../core/index.ts"

/**
 * How long a store keeps a key set, in seconds: the longest that `maximumAgeSeconds` may be. The ring that reads it back judges
 * its age; this only says when it may be cleared away.
 */
const keptSeconds = 604_800

/** What is needed of a KV namespace (`KVNamespace` of Workers). */
export interface KeyNamespace {
  get(name: string, type: "json"): Promise<unknown>
  put(name: string, value: string, options: { expirationTtl: number }): Promise<void>
}

/** Keys in Workers KV: shared by all locations, up to a minute late. A store that fails is passed over, and logged. */
export function kvKeyStore(namespace: KeyNamespace): KeyStore {
  return {
    async read(source) {
      try {
        return await namespace.get(await nameOf(source), "json")
      } catch (error) {
        console.warn({ message: "stored keys not read", detail: String(error) })
        return null
      }
    },
    async write(source, snapshot) {
      try {
        await namespace.put(await nameOf(source), JSON.stringify(snapshot), { expirationTtl: keptSeconds })
      } catch (error) {
        console.warn({ message: "keys not stored", detail: String(error) })
      }
    },
  }
}

/**
 * Keys in the Cache API: shared by the isolates of one data centre. In a cache of its own, so that no request and no other
 * Worker's `caches.default` reaches it. Where the platform has no cache (on workers.dev, behind Access) nothing is kept.
 */
export function cacheKeyStore(): KeyStore {
  const open = () => caches.open("edge-authorizer")
  // Never resolved: a cache key has the form of a URL.
  const keyOf = async (source: KeySource) => `https://keys.invalid/${await nameOf(source)}`
  return {
    async read(source) {
      try {
        const response = await (await open()).match(await keyOf(source))
        return response ? await response.json() : null
      } catch {
        return null
      }
    },
    async write(source, snapshot) {
      try {
        const headers = { "cache-control": `max-age=${keptSeconds}` }
        await (await open()).put(await keyOf(source), Response.json(snapshot, { headers }))
      } catch {}
    },
  }
}

/**
 * A name of bounded length (KV takes 512 bytes) for a source. Another place for the keys is another source: what one of them
 * served is not the other's.
 */
async function nameOf({ issuer, jwksUri }: KeySource): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([issuer, jwksUri]))
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
  return `keys-${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`
}
