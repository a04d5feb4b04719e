/** What a rule asks of a caller, or of their request, beside a valid token. All of it has to hold. */
export interface RequirementInput {
  /** All of these scopes. */
  readonly scopes?: readonly string[] | undefined
  /** One of these scopes; the first is the one that a refusal names. */
  readonly anyScope?: readonly string[] | undefined
  /** All of these permissions. */
  readonly permissions?: readonly string[] | undefined
  /** One of these permissions. */
  readonly anyPermission?: readonly string[] | undefined
  /**
   * Claims by name: `org_id`; `realm_access.roles`, where dots lead into objects; `https://example.com/roles`, as any name with a
   * colon, as it stands; or a JSON Pointer (RFC 6901).
   */
  readonly claims?: Readonly<Record<string, ClaimTestInput>> | undefined
  /**
   * Parts of the request: `params.userId` (a path parameter, decoded), `query.tenant` (a query parameter) or `headers.x-tenant`.
   * What is absent passes no test but `exists: false`; what is there twice, or could be read in two ways, passes none.
   */
  readonly where?: Readonly<Record<string, RequestTestInput>> | undefined
  /** "user": the token speaks for a person. "machine": for a client alone, as after the client credentials grant. */
  readonly principal?: "user" | "machine" | undefined
  /** Values of Auth0's `gty` claim that are refused: `["password"]`. A token that doesn't say is not refused for it. */
  readonly refusedGrantTypes?: readonly string[] | undefined
  /** The organisation (`org_id`) that the token must be for: one, one of several, or any at all (true). */
  readonly organization?: string | readonly string[] | true | undefined
  /** Only tokens of these issuers, of those that the policy lists. */
  readonly issuers?: readonly string[] | undefined
  /** Only tokens for this audience, of those that the policy lists. */
  readonly audience?: string | undefined
  /** How, and how lately, the user must have authenticated (RFC 9470). */
  readonly stepUp?: StepUpInput | undefined
  /** Further requirements that have to hold, too: names of the policy's `requirements`, or requirements as they stand. */
  readonly allOf?: readonly (string | RequirementInput)[] | undefined
  /** Further requirements of which one has to hold; the first is the one that a refusal tells of. */
  readonly anyOf?: readonly (string | RequirementInput)[] | undefined
}

/** Tests of a claim; all have to pass. Compared with their types: 7 is not "7", and "a" is no list. */
export interface ClaimTestInput {
  readonly equals?: ScalarInput | FromClaimInput | undefined
  readonly oneOf?: readonly ScalarInput[] | FromClaimInput | undefined
  /** The claim is a list, and has this. */
  readonly contains?: ScalarInput | undefined
  readonly containsAny?: readonly ScalarInput[] | undefined
  readonly containsAll?: readonly ScalarInput[] | undefined
  /** Whether it is there. Null is neither there nor absent. */
  readonly exists?: boolean | undefined
}

/** Tests of a part of the request, which is always a text; all have to pass. */
export interface RequestTestInput {
  readonly equals?: string | FromClaimInput | undefined
  /** One of these, or one of the values of a claim that is a list. */
  readonly oneOf?: readonly string[] | FromClaimInput | undefined
  readonly exists?: boolean | undefined
}

/** What a claim can be compared with. */
export type ScalarInput = string | number | boolean

/** The value of a claim, in the place of a constant. */
export interface FromClaimInput {
  readonly claim: string
}

/** How, and how lately, the user must have authenticated. At least one of them. */
export interface StepUpInput {
  /** One of these authentication context classes (acr claim). */
  readonly acr?: readonly string[] | undefined
  /** All of these authentication methods (amr claim, RFC 8176), such as "mfa". */
  readonly amr?: readonly string[] | undefined
  /** At most so many seconds ago (auth_time claim). */
  readonly maxAgeSeconds?: number | undefined
}
