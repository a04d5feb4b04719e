import type { AccessRequest, Decision } from "../../core/index.ts"

interface CallerEnvironment {
  readonly AUTHORIZER: { authorize(request: AccessRequest): Promise<Decision> }
}

/** A Worker with a binding to the authorizer's entrypoint: answers with the decision on the request in the body. */
export default {
  async fetch(request: Request, { AUTHORIZER }: CallerEnvironment): Promise<Response> {
    const decision = await AUTHORIZER.authorize(await request.json())
    return Response.json({ decision, isPlain: Object.getPrototypeOf(decision) === Object.prototype })
  },
}
