import type { Decision, Reason } from "../../core/index.ts"
import type { Flow, FlowChoices, Happening, IssuedToken } from "../flows/flow.ts"
import type { Kind } from "../gateway/api-gateway.ts"
import type { Behaviour } from "../issuer/behaviour.ts"
import type { TokenProfile } from "../issuer/token-shape.ts"

// What the page and its server say to each other, in JSON.

/** GET /api/setup: what there is to choose from. It does not change while the server runs. */
export interface Setup {
  readonly issuer: string
  readonly audience: string
  /** The origin of the Worker, such as "http://127.0.0.1:8787". */
  readonly worker: string
  readonly flows: readonly FlowSummary[]
  readonly users: readonly { readonly name: string; readonly permissions: readonly string[] }[]
  /** All that a flow may ask for: the API's scopes and OpenID's. */
  readonly scopes: readonly string[]
  readonly organizations: readonly { readonly id: string; readonly name: string }[]
  readonly kinds: readonly Kind[]
}

export type FlowSummary = Omit<Flow, "run">

/** POST /api/flows/:id with FlowChoices: one line of JSON each time that something happens; the last has `tokens` or `failure`. */
export type FlowLine =
  | { readonly happening: Happening }
  | { readonly tokens: readonly IssuedToken[] }
  /** The flow ended early, and why, in words: often an OAuth error code. */
  | { readonly failure: string }
export type { FlowChoices }

/** POST /api/decide: a request to send through both edges. */
export interface Call {
  readonly method: string
  /** As it is sent, with "?" and the query if there is one. */
  readonly target: string
  /** Sent as a Bearer token; empty for none. */
  readonly token: string
  /** Which way API Gateway asks the Lambda. */
  readonly kind: Kind
}

/** What became of a call. */
export interface Answers {
  readonly worker: WorkerAnswer
  readonly lambda: LambdaAnswer
  readonly explanation: Explanation
}

export type WorkerAnswer =
  | {
      readonly status: number
      readonly headers: readonly (readonly [string, string])[]
      readonly body: string
      /** What reached the origin, as its answer tells; null where nothing did, or where its answer has no body (HEAD). */
      readonly received: OriginRequest | null
    }
  /** No answer, and why. */
  | { readonly failure: string }

/** A request as the origin saw it. */
export interface OriginRequest {
  readonly method: string
  readonly path: string
  readonly identity: Readonly<Record<string, string>>
  readonly authorization: "none" | "received"
}

export type LambdaAnswer =
  | {
      /** Null where API Gateway does not ask the function: a TOKEN authorizer is not asked without a token. */
      readonly event: unknown
      /** What the function returned, or the error that it threw. */
      readonly result:
        | { readonly outcome: "response"; readonly body: unknown }
        | { readonly outcome: "error"; readonly errorMessage: string }
        | null
      /** What API Gateway makes of it for the client; 200 stands for "the integration is called". */
      readonly status: 200 | 401 | 403 | 500
      /** The statements of the IAM document, one for each of its resources; null where there is no document. */
      readonly statements: readonly Statement[] | null
    }
  | { readonly failure: string }

export interface Statement {
  readonly effect: "Allow" | "Deny"
  /** "*" for any. */
  readonly method: string
  /** With a slash in front, and IAM's wildcards. */
  readonly path: string
}

/** The decision, step by step. */
export interface Explanation {
  readonly decision: Decision
  readonly steps: readonly ExplainedStep[]
  /** Null where all is well. Under a rule that only reports, a request is allowed and has one: how it would have ended. */
  readonly ending: Ending | null
  /** The steps that were never come to, in their order. */
  readonly skipped: readonly string[]
}

export interface ExplainedStep {
  readonly step: string
  readonly passed: boolean
  /** One line or a few. */
  readonly text: string
  /** Under the step "requirements": all that the rule asks for. */
  readonly asked: readonly AskedFor[]
}

export interface AskedFor {
  readonly text: string
  readonly isMet: boolean
  readonly found: string | null
  readonly parts: readonly AskedFor[]
}

export interface Ending {
  readonly reason: Reason
  readonly text: string
  /** What would have been enough. */
  readonly enough: string
}

/** GET /api/events, event "policy": sent at once, and whenever the file changes or an edge has taken it up. */
export interface PolicyView {
  /** Its name, such as "authorizer.config.ts". */
  readonly file: string
  readonly source: string
  /** Where each rule stands, by its name: the first line and the last, counted from 1. */
  readonly lines: Readonly<Record<string, readonly [first: number, last: number]>>
  /** "ready": both edges enforce this text. "reloading": not yet. "wrong": it can't be enforced, and `problem` says why. */
  readonly state: "ready" | "reloading" | "wrong"
  readonly problem: string | null
  /** The policy that both edges enforce, as JSON: not this text, while it is wrong. Null while they may enforce different ones. */
  readonly inForce: string | null
}

/** GET /api/events, event "issuer": sent at once, and whenever it changes. */
export interface IssuerView {
  readonly behaviour: Behaviour
  readonly clockSkewSeconds: number
  readonly tokenProfile: TokenProfile
  /** The first one signs. */
  readonly keys: readonly { readonly kid: string; readonly alg: string }[]
  readonly keySetFetches: number
}

/** POST /api/issuer: changes one thing about the issuer. The answer is an IssuerView. */
export type IssuerChange =
  | { readonly rotate: { readonly alg?: string } }
  | { readonly withdraw: { readonly kid: string } }
  | { readonly behaviour: Behaviour }
  | { readonly clockSkewSeconds: number }
  | { readonly tokenProfile: TokenProfile }
