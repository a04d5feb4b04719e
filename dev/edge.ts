import type { ConfigInput } from "../core/index.ts"

/** A place where a policy is enforced, and can be exchanged for another while requests come. */
export interface Edge {
  /** Resolves once every request that comes is decided under this policy. The policy must have been found to be one. */
  enforce(policy: ConfigInput): Promise<void>
}
