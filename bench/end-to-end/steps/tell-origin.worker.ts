import type { GuardEnvironment } from "../guards/environment.ts"
import { withCaller } from "./caller.ts"

/** Lets everybody through, under one name: what it costs to tell the origin who calls, without finding it out. */
export default {
  async fetch(request: Request, env: GuardEnvironment): Promise<Response> {
    const response = await env.ORIGIN.fetch(withCaller(request))
    return response
  },
}
