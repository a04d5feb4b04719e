import type { GuardEnvironment } from "../guards/environment.ts"

/** Passes everything through, but waits for the origin's answer: whoever looks at an answer, or catches what fails, has to. */
export default {
  async fetch(request: Request, env: GuardEnvironment): Promise<Response> {
    const response = await env.ORIGIN.fetch(request)
    return response
  },
}
