import { defineConfig } from "vitest/config"

const page = "test/e2e/playground-page.test.ts"

// Everything below starts real processes (workerd, an OpenID provider, bundles): the limits are for a slow machine, not
// for a slow test.
export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: "tests", include: ["test/**/*.test.ts"], exclude: [page], sequence: { groupOrder: 0 } },
      },
      // After the others: a browser takes all of the machine, and some of those have a second or two to see something happen.
      { extends: true, test: { name: "page", include: [page], sequence: { groupOrder: 1 } } },
    ],
    globalSetup: "test/support/install-runtime-interface.ts",
    testTimeout: 30_000,
    hookTimeout: 90_000,
  },
})
