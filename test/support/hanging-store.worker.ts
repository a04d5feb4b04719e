import { WorkerEntrypoint } from "cloudflare:workers"

/** In the place of a KV namespace: it never answers a read, and fails every write. */
export class HangingStore extends WorkerEntrypoint {
  get(): Promise<unknown> {
    return new Promise(() => {})
  }

  put(): never {
    throw new Error("no room")
  }
}

export default { fetch: () => new Response() }
