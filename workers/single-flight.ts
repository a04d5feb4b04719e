import { waitUntil } from "cloudflare:workers"
import { orNull } from "./or-null.ts"

/**
 * Lets calls with one id share one piece of work, across requests: `work` is begun by the first, and kept alive when that
 * client hangs up. Null where the work takes longer than `timeoutMilliseconds`, which it does for ever if its request was
 * ended all the same; the next call begins it anew.
 */
export function singleFlight<T>() {
  const underWay = new Map<string, Promise<T>>()
  return async (id: string, timeoutMilliseconds: number, work: () => Promise<T>): Promise<T | null> => {
    const begun = underWay.get(id)
    const shared = begun ?? work()
    const forget = () => void (underWay.get(id) === shared && underWay.delete(id))
    if (!begun) {
      underWay.set(id, shared)
      // Without this the work would be cancelled when the client that began it hangs up, and those who joined wait in vain.
      waitUntil(shared.finally(forget))
    }
    const result = await orNull(shared, timeoutMilliseconds)
    if (result === null) forget()
    return result
  }
}
