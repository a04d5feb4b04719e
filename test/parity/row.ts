import type { Reason } from "../../core/index.ts"
import type { Kit, TokenChange } from "./kit.ts"

/** One request under one policy, and what must become of it at every edge. Ordinary where nothing is said: GET /orders. */
export interface Row {
  readonly name: string
  readonly policy?: string
  readonly method?: string
  readonly path?: string
  /** As it is sent, without "?". */
  readonly query?: string
  readonly headers?: readonly (readonly [string, string])[]
  /** A token that differs in this from one that would be let in; or the whole token; null for no Authorization header. */
  readonly token?: TokenChange | ((kit: Kit) => string) | null
  /** Authorization headers instead of `Bearer` and the token. */
  readonly authorization?: (token: string) => readonly string[]
  readonly expect: "allow" | Reason
  /** What the refusal's challenge must name. */
  readonly scope?: string
  readonly acrValues?: string
  readonly maxAge?: string
  /** Under a rule that lets everything through: why it would not have. */
  readonly reported?: Reason
  /** Depends on the query or on headers, so that it can't be met where an edge is not shown them: by a TOKEN event. */
  readonly looksAtRequest?: true
  /** What becomes of it where API Gateway hands over decoded parameters, and so has settled what the query says. */
  readonly onceDecoded?: "allow"
  /** Where it goes, if not where it was sent. */
  readonly canonical?: string
}
