/** What every guard is bound to. */
export interface GuardEnvironment {
  readonly ORIGIN: { fetch(request: Request): Promise<Response> }
  readonly ISSUER: string
  readonly AUDIENCE: string
}
