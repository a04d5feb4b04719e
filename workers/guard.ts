import { env as environment } from "cloudflare:workers"
import {
  type AccessRequest,
  type ConfigInput,
  createAuthorizer,
  type Decision,
  looksAtHeaders,
  parseConfig,
} from "../core/index.ts"
import { answerPreflight, shareWithPage } from "./cors.ts"
import { forward, type Origin } from "./forward.ts"
import type { KeyNamespace } from "./key-store.ts"
import { workerPorts } from "./ports.ts"
import { respond, respondToFailure } from "./respond.ts"
import { accessRequest, readTarget, type Target } from "./target.ts"

/** A Worker that guards an origin: its `fetch` is the handler to export, its `authorize` is for other Workers to call. */
export interface Guard {
  fetch(request: Request, env: GuardEnvironment): Promise<Response>
  authorize(request: AccessRequest): Promise<Decision>
}

/** The bindings that a guard looks for. */
export interface GuardEnvironment {
  /** The origin, where it is another Worker and not what the route's host points to. */
  readonly ORIGIN?: Origin
  /** A KV namespace that keeps the issuers' keys for all locations. Without it the Cache API keeps them for each. */
  readonly AUTHORIZER_KEYS?: KeyNamespace
}

/**
 * Guards an origin with a policy: what the policy allows is passed on, what it refuses is answered here, and when neither can
 * be said, nobody gets in. An issuer that the policy leaves out comes from the Worker's variables.
 *
 * @example
 * import { guard } from "edge-authorizer/workers"
 * export default guard({ routes: [{ path: "/orders/**", scopes: ["read:orders"] }] })
 *
 * @throws ConfigError when the Worker starts, so that nothing is served under a policy that can't be enforced.
 */
export function guard(policy: ConfigInput): Guard {
  const config = parseConfig(policy, environment as unknown as Readonly<Record<string, unknown>>)
  const authorizer = createAuthorizer(config, workerPorts((environment as GuardEnvironment).AUTHORIZER_KEYS))

  const allHeaders = looksAtHeaders(config.rules)

  return {
    authorize: (request) => authorizer.authorize(request),
    async fetch(request, env) {
      const { cors } = config
      try {
        if (!cors) return await answer(request, env)
        return answerPreflight(request, cors) ?? shareWithPage(await answer(request, env), request, cors)
      } catch (bug) {
        console.error(bug)
        const failure = respondToFailure(500)
        return cors ? shareWithPage(failure, request, cors) : failure
      }
    },
  }

  // A promise more is felt on every request, so there is none where nothing is waited for.
  function answer(request: Request, env: GuardEnvironment): Response | Promise<Response> {
    const target = readTarget(request.url)
    const decision = authorizer.decide(accessRequest(request, target, allHeaders))
    if (decision instanceof Promise) return decision.then((decided) => carryOut(decided, request, target, env))
    return carryOut(decision, request, target, env)
  }

  function carryOut(
    decision: Decision,
    request: Request,
    target: Target,
    { ORIGIN }: GuardEnvironment,
  ): Response | Promise<Response> {
    if (decision.outcome !== "allow") {
      logEnding(decision)
      return respond(decision, config.challenge)
    }
    if (decision.reported) logReport(decision)
    const url = target.origin + decision.path + target.query
    const isPublic = decision.principal === null && decision.reported === undefined
    return forward(request, url, decision.principal, config.upstream, ORIGIN, isPublic)
  }
}

/** One line for each request that a rule only reports. Its path is left out: it may name a person. */
function logReport({ principal: _principal, path: _path, ...decision }: Decision & { outcome: "allow" }): void {
  console.warn(JSON.stringify({ message: "request would not be allowed", ...decision }))
}

/** One line for each request that is not let through: why, in a form that can be searched. It holds no token and no claim. */
function logEnding(decision: Decision & { outcome: "refuse" | "fault" }): void {
  const line = JSON.stringify({ message: "request not allowed", ...decision })
  if (decision.outcome === "fault") console.error(line)
  else console.log(line)
}
