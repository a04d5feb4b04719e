import { describe, expect, test } from "vitest"
import { parseConfig, type RouteInput } from "../../core/index.ts"
import { cacheSettingFor } from "../../lambda/cache-setting.ts"
import { policy } from "../core/standing-issuer.ts"

describe("which calls may share an answer", () => {
  const own = { "params.id": { equals: { claim: "sub" } } }
  test.each<[string, RouteInput[], "token" | "call" | null, string?]>([
    [
      "literals",
      [
        { path: "/a", scopes: ["x"] },
        { path: "/a/b", scopes: ["y"] },
      ],
      "token",
    ],
    [
      "a last parameter",
      [
        { path: "/a/:id", scopes: ["x"] },
        { path: "/a/me", scopes: ["y"] },
      ],
      "token",
    ],
    [
      "an open folder",
      [
        { path: "/a/**", scopes: ["x"] },
        { path: "/b/**", scopes: ["y"] },
      ],
      "token",
    ],
    ["a parameter that a claim fixes", [{ path: "/a/:id/b/**", where: own }], "token"],
    ["below a parameter", [{ path: "/a/:id" }, { path: "/a/:id/b", scopes: ["x"] }], "call", '"/a/:id" and "/a/:id/b"'],
    ["a folder below a parameter", [{ path: "/a/:id/b/**" }], "call", '"/a/:id/b/**"'],
    [
      "refused within allowed, with allowed within",
      [{ path: "/**" }, { path: "/a/**", scopes: ["x"] }, { path: "/a/b" }],
      "call",
      '"/a/**" and "/a/b"',
    ],
    ["the query", [{ path: "/a", where: { "query.x": { equals: "1" } } }], null, "query.x"],
    ["a header", [{ path: "/a", anyOf: [{ where: { "headers.x-a": { equals: "1" } } }] }], null, "headers.x-a"],
    ["the time", [{ path: "/a", stepUp: { maxAgeSeconds: 60 } }], null, "maxAgeSeconds"],
  ])("%s", (_name, routes, cacheKey, because) => {
    const setting = cacheSettingFor(parseConfig(policy(routes)))
    expect(setting.cacheKey).toBe(cacheKey)
    if (because) expect(setting.because.join("\n")).toContain(because)
    else expect(setting.because).toEqual([])
  })
})
