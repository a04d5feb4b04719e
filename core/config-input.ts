import type { AlgorithmName } from "./algorithms.ts"
import type { KeyLimits } from "./key-limits.ts"
import type { KeySnapshot } from "./key-snapshot.ts"
import type { MemoLimits } from "./memo-limits.ts"
import type { ProfileName } from "./profiles.ts"
import type { RequirementInput } from "./requirement-input.ts"

/** A policy as people write it: plain data. `parseConfig` checks it and fills in the defaults. */
export interface ConfigInput {
  /** Whose tokens are accepted. Left out: one issuer, from the environment. */
  readonly issuers?: readonly IssuerInput[] | undefined
  /** Which requests need what. Left out: every path needs a valid token. */
  readonly routes?: readonly RouteInput[] | undefined
  /** Requirements by name, for `allOf` and `anyOf`: written once, asked for in many rules. */
  readonly requirements?: Readonly<Record<string, RequirementInput>> | undefined
  /** What becomes of a request that no rule covers: refused (the default), or any valid token will do. */
  readonly unmatched?: "deny" | "authenticated" | undefined
  /** By how many seconds the issuer's clock may differ from ours. Default 5, at most 120. */
  readonly clockToleranceSeconds?: number | undefined
  /**
   * Keys to begin with, so that the first request of a cold start needs no fetch: the content of a file that
   * `edge-authorizer keys pin` wrote, imported. Issuers in it that the policy doesn't have are passed over.
   */
  readonly pinnedKeys?: { readonly issuers: readonly KeySnapshot[] } | undefined
  /**
   * How many verified tokens are remembered, so that one that comes again costs no signature check. Never past a token's
   * `exp`, nor once its issuer's keys have changed. Default: 5000 in at most 8 MiB; 0 remembers none.
   */
  readonly memo?: { readonly [Limit in keyof MemoLimits]?: number | undefined } | undefined
  /** What a refusal tells the client (RFC 6750 §3, RFC 9728 §5.1). */
  readonly challenge?:
    | { readonly realm?: string | undefined; readonly resourceMetadata?: string | undefined }
    | undefined
  /** What the origin is told, beside `x-auth-sub` and `x-auth-scope`. */
  readonly upstream?: UpstreamInput | undefined
  /** Which web pages may call the API from a browser. Left out: CORS is the origin's own affair. */
  readonly cors?: CorsInput | undefined
  /** How API Gateway caches what the Lambda authorizer answers. */
  readonly apiGateway?: ApiGatewayInput | undefined
  /** For editors: where the JSON Schema of this file is. Not read. */
  readonly $schema?: string | undefined
}

/** An issuer whose tokens are accepted. */
export interface IssuerInput {
  /** Exactly as in the tokens' `iss` claim, trailing slash and all. */
  readonly issuer: string
  /** The audiences that this API answers to; a token needs one of them. */
  readonly audiences: readonly string[]
  /** Default: RS256 alone. */
  readonly algorithms?: readonly AlgorithmName[] | undefined
  /** Which `typ` and which claims its access tokens have. Default: "oidc". */
  readonly profile?: ProfileName | undefined
  /** Where its keys are. Left out: Auth0's own place for the profile "auth0", else what its discovery document says. */
  readonly jwksUri?: string | undefined
  /** The claim that holds scopes. Default: "scope"; "scp" for Okta and Entra ID. */
  readonly scopeClaim?: string | undefined
  /** The claim that holds permissions. Default: "permissions", as Auth0's RBAC writes it. */
  readonly permissionsClaim?: string | undefined
  /** The claims that say how and when the user authenticated. Default: "acr", "amr" and "auth_time". */
  readonly acrClaim?: string | undefined
  readonly amrClaim?: string | undefined
  readonly authTimeClaim?: string | undefined
  /** Refuses tokens that were issued for longer than this. */
  readonly maximumLifetimeSeconds?: number | undefined
  /** How its keys are fetched and for how long they are believed. */
  readonly keys?: { readonly [Limit in keyof KeyLimits]?: number | undefined } | undefined
}

/** One rule: which requests it covers, and what they need beside a valid token. */
export interface RouteInput extends RequirementInput {
  /** Literal segments, `:name` for one segment, a final `/**` for the folder and everything below it. */
  readonly path: string
  /** Left out: GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS. GET covers HEAD. */
  readonly methods?: readonly string[] | undefined
  /** "public": nobody is asked for a token. */
  readonly access?: "public" | undefined
  /** Decides and logs, but lets everything through: to watch a rule before it refuses anyone. */
  readonly report?: boolean | undefined
}

/** What reaches the origin with an allowed request. */
export interface UpstreamInput {
  /** Header name → claim name: `{ "x-user-email": "https://example.com/email" }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Whether the origin sees a token that was verified. Default: "drop", so that it can't be passed on or logged there. Where nobody
   * has to be known, on a public route or under `report`, the origin gets the header as the client sent it.
   */
  readonly authorization?: "keep" | "drop" | undefined
}

/** Which web pages may call the API from a browser. */
export interface CorsInput {
  /** Origins as browsers send them (`https://app.example.com`), or "*". */
  readonly origins: readonly string[] | "*"
  /** Default: GET, HEAD, POST, PUT, PATCH, DELETE. */
  readonly methods?: readonly string[] | undefined
  /** Request headers that a page may send. Default: authorization, content-type. */
  readonly headers?: readonly string[] | undefined
  /** Response headers that a page may read, beside www-authenticate and retry-after. */
  readonly exposedHeaders?: readonly string[] | undefined
  /** How long a browser may remember a preflight. Default 7200, the most that Chromium honours. */
  readonly maxAgeSeconds?: number | undefined
}

/** How API Gateway caches what the Lambda authorizer answers. */
export interface ApiGatewayInput {
  /**
   * What its cache tells callers apart by, where its cache time is not 0. "token": by the token alone, so that each answer is good
   * for all calls of its caller. "call": by the token, the method and the path. Left out: an answer is for one
   * call, so that its cache time has to be 0 (for a REST API, AWS takes 300 seconds where none is set).
   * `edge-authorizer policy --aws` says which is right for a policy, and what to set on AWS.
   */
  readonly cacheKey?: "token" | "call" | undefined
}

/** Types a policy in a file of its own; returns what it is given. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config
}
