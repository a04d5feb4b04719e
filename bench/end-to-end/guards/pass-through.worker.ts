import type { GuardEnvironment } from "./environment.ts"

/** The limit: a Worker in front of the origin that asks nothing. */
export default {
  fetch: (request: Request, env: GuardEnvironment): Promise<Response> => env.ORIGIN.fetch(request),
}
