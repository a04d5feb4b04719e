import type { LocalIssuer } from "../issuer/issuer.ts"

/** Who sends and who receives: the lanes of a sequence picture, in this order. */
export const actors = ["browser", "client", "issuer", "api"] as const
export type Actor = (typeof actors)[number]

/** One message of a flow, as it is known beforehand. */
export interface Step {
  /** Unique in its flow, such as "token-request". */
  readonly id: string
  readonly from: Actor
  readonly to: Actor
  /** What is sent, in a few words: "code, client secret". At most 40 characters: it stands on an arrow. */
  readonly label: string
}

/** A step that has just happened, with what was really sent. */
export interface Happening {
  readonly step: string
  /** The message in a line: "POST /oauth/token", or "302" for an answer. */
  readonly summary: string
  /** Its parameters, by name, as they were sent or received. */
  readonly parameters: Readonly<Record<string, string>>
}

/** What whoever starts a flow decides. */
export interface FlowChoices {
  /** The name of the user who logs in. Flows without a user take no notice. */
  readonly user: string
  /** As in the scope parameter: OpenID scopes and the API's. */
  readonly scope: string
  /** False: no audience is asked for, and the access token is opaque. */
  readonly withAudience: boolean
  /** The id of the organization that is logged in to, or null. */
  readonly organization: string | null
}

/** One token that a flow came to. */
export interface IssuedToken {
  /** "front-channel": an access token that came through the browser, beside the code. */
  readonly kind: "access" | "front-channel" | "id" | "refresh"
  readonly token: string
}

/** One of OAuth's ways to a token. */
export interface Flow {
  /** Names it in addresses and file names. */
  readonly id: string
  readonly title: string
  /** When to use it, in a sentence. */
  readonly use: string
  /** Which client of the tenant starts it. */
  readonly client: string
  /** Whether somebody logs in. */
  readonly hasUser: boolean
  /** In the order in which they happen. The last one is the call of the API, which is no part of `run`. */
  readonly steps: readonly Step[]
  /**
   * Gets the tokens, by a certified client library over HTTP; `tell` hears of each step but the last as soon as it has happened.
   * Rejects with what the library threw.
   */
  run(issuer: LocalIssuer, choices: FlowChoices, tell: (happening: Happening) => void): Promise<readonly IssuedToken[]>
}

/** How most flows end: the access token, sent to the API. */
export const apiCall: Step = { id: "call", from: "client", to: "api", label: "Authorization: Bearer, access token" }
