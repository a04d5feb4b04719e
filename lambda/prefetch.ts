import { type Config, keySourceOf } from "../core/index.ts"
import type { LambdaPorts } from "./ports.ts"

/**
 * Begins to fetch the issuer's keys while the environment starts, unless some are pinned or the policy has several issuers, of
 * which nobody knows yet whose token will come. Nothing waits for it, and nothing depends on it: if it fails, or is frozen with the
 * environment, the first call that needs keys fetches them as if it had never begun.
 */
export function prefetchKeys({ issuers, pinnedKeys }: Config, ports: LambdaPorts): void {
  const [issuer, ...others] = issuers
  if (!issuer || others.length > 0 || pinnedKeys.some((pinned) => pinned.issuer === issuer.issuer)) return
  ports.prefetch(keySourceOf(issuer), Date.now() - issuer.keys.staleAfterSeconds * 1000)
}
