import { env } from "cloudflare:workers"
import { type GuardEnvironment, guard } from "../../workers/guard.ts"

/** A guard that meets a bug: reading the property of the request that the header x-bug names throws. */
const { api } = JSON.parse((env as unknown as { POLICIES: string }).POLICIES)
const guarded = guard(api)

export default {
  fetch(request: Request, bindings: GuardEnvironment): Promise<Response> {
    const bug = request.headers.get("x-bug")
    const buggy = new Proxy(request, {
      get(target, name) {
        if (name === bug) throw new Error("a bug, and a secret in its message")
        const value = Reflect.get(target, name, target)
        return typeof value === "function" ? value.bind(target) : value
      },
    })
    return guarded.fetch(buggy, bug === "env" ? (undefined as unknown as GuardEnvironment) : bindings)
  },
}
