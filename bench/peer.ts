/** The algorithms that are compared, by their JOSE names. "EdDSA" is with Ed25519 keys: more peers know it by that name. */
export type AlgorithmName = "RS256" | "PS256" | "ES256" | "EdDSA"

/** Where a peer can be measured. */
export type Runtime = "node" | "workerd"

/** A public key as an issuer publishes it (RFC 7517). */
export interface PublicJwk {
  readonly kty: string
  readonly kid: string
  readonly alg: AlgorithmName
  readonly use: "sig"
  readonly crv?: string
  readonly n?: string
  readonly e?: string
  readonly x?: string
  readonly y?: string
}

/** What a verifier is set up with. Tokens of one algorithm only: every peer pins it. */
export interface Settings {
  readonly runtime: Runtime
  readonly algorithm: AlgorithmName
  readonly issuer: string
  readonly audience: string
  /** Handed over in memory: no network in what is timed. */
  readonly keySet: { readonly keys: readonly PublicJwk[] }
}

/** A verifier, ready for requests. */
export interface Verifier<Input = unknown> {
  /**
   * What `decide` is given for a request with this Authorization header. Not timed. All but the two limits return the header as it
   * is: theirs is the only work that may be done beforehand.
   */
  present(authorization: string): Input
  /** True lets the request in. Never throws or rejects for a bad token. */
  decide(input: Input): boolean | Promise<boolean>
}

/** One library, set up as its own documentation recommends for production. */
export interface Peer {
  readonly name: string
  /** The npm packages it consists of, to print their versions; empty for what the platform has built in. */
  readonly packages: readonly string[]
  readonly runsIn: readonly Runtime[]
  readonly algorithms: readonly AlgorithmName[]
  /** "signature": exempt from the questions about claims. "claims": signature, issuer, audience, expiry. "decision": claims, route and scopes. */
  readonly checks: "signature" | "claims" | "decision"
  /** How it is set up, where a reader could wonder. */
  readonly note?: string
  prepare(settings: Settings): Promise<Verifier>
}

/** A verifier that is given the Authorization header, as a request brings it. */
export function onHeader(decide: (authorization: string) => boolean | Promise<boolean>): Verifier<string> {
  return { present: (authorization) => authorization, decide }
}

const schemeLength = "Bearer ".length

/** The token in an Authorization header of the scheme Bearer: what each peer's user writes in front of it. */
export function bearerToken(authorization: string): string {
  return authorization.slice(schemeLength)
}
