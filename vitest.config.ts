import { defineConfig } from "vitest/config"

// Everything below starts real processes (workerd, an OpenID provider, bundles): the limits are for a slow machine, not
// for a slow test.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/install-runtime-interface.ts",
    testTimeout: 30_000,
    hookTimeout: 90_000,
  },
})
