import { env } from "cloudflare:workers"
import { guard } from "../../../workers/guard.ts"
import type { GuardEnvironment } from "./environment.ts"

const { ISSUER, AUDIENCE } = env as unknown as GuardEnvironment

/** This project's guard, under the policy of a small API. */
export default guard({
  issuers: [{ issuer: ISSUER, audiences: [AUDIENCE], profile: "auth0" }],
  routes: [
    { path: "/health", access: "public" },
    { path: "/whoami" },
    { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/orders", methods: ["POST"], scopes: ["write:orders"] },
    { path: "/orders/:id", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/orders/:id", methods: ["PUT", "DELETE"], scopes: ["write:orders"] },
    { path: "/orders/:id/notes/**", permissions: ["notes:orders"] },
    { path: "/customers/:id", methods: ["GET"], scopes: ["read:customers"] },
    { path: "/customers/:id", methods: ["PUT"], scopes: ["write:customers"] },
    { path: "/reports/**", anyScope: ["read:reports", "admin"] },
  ],
})
