import { WorkerEntrypoint } from "cloudflare:workers"

/** In the place of a KV namespace: it answers a read when it is of no use to anybody any more, and fails every write. */
export class HangingStore extends WorkerEntrypoint {
  get(): Promise<null> {
    // A promise that nothing can settle is found out by workerd, and rejected at once.
    return new Promise((resolve) => setTimeout(resolve, 60_000, null))
  }

  put(): never {
    throw new Error("no room")
  }
}

export default { fetch: () => new Response() }
