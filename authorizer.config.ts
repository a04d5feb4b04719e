import { defineConfig } from "./core/index.ts"

// The policy that this checkout enforces, at both edges. Its issuer comes from the environment: AUTH0_DOMAIN and
// AUTH0_AUDIENCE, or ISSUER and AUDIENCE. Without `routes`, every path would need a valid token, and no more.
export default defineConfig({
  routes: [
    { path: "/health", access: "public" },
    { path: "/whoami" },
    { path: "/orders", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/orders", methods: ["POST"], scopes: ["write:orders"] },
    { path: "/orders/:id", methods: ["GET"], scopes: ["read:orders"] },
    { path: "/orders/:id", methods: ["PUT", "DELETE"], scopes: ["write:orders"] },
    // How a WebSocket connection through API Gateway is decided on: its route key, as a path.
    { path: "/$connect", methods: ["GET"] },
  ],
})
