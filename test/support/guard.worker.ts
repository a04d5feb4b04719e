import { env } from "cloudflare:workers"
import type { ConfigInput } from "../../core/index.ts"
import { type Guard, type GuardEnvironment, guard } from "../../workers/guard.ts"

/**
 * Guards under several policies, given as JSON in the variable POLICIES: the first label of the host chooses one. A POST to
 * /decide on the host "decide" answers the bare decision on the request in its body; one to the host "policies" puts the policies
 * in its body in the place of all before.
 */
let guards = guardsOf(JSON.parse((env as unknown as { POLICIES?: string }).POLICIES ?? "{}"))

function guardsOf(policies: Record<string, ConfigInput>): Map<string, Guard> {
  return new Map(Object.entries(policies).map(([name, policy]) => [name, guard(policy)]))
}

export default {
  async fetch(request: Request, bindings: GuardEnvironment): Promise<Response> {
    const [name = ""] = new URL(request.url).hostname.split(".")
    if (name === "decide") {
      const { policy, access } = (await request.json()) as { policy: string; access: never }
      return Response.json(await guards.get(policy)?.authorize(access))
    }
    if (name === "policies") {
      guards = guardsOf(await request.json())
      return new Response()
    }
    return guards.get(name)?.fetch(request, bindings) ?? new Response("no such policy", { status: 404 })
  },
}
