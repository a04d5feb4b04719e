/** What every guard is bound to. */
export interface GuardEnvironment {
  readonly ORIGIN: { fetch(request: Request): Promise<Response> }
  readonly ISSUER: string
  readonly AUDIENCE: string
  /** The key that the tokens are signed with, as a JWK: for what fetches none. */
  readonly KEY: string
}
