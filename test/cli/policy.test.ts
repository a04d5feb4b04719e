import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type ConfigInput, parseConfig } from "../../core/index.ts"
import { type CommandFolder, makeCommandFolder, unreadableLines } from "../support/command-folder.ts"

const policy: ConfigInput = {
  issuers: [
    { issuer: "https://tenant.eu.auth0.com/", audiences: ["https://api.example.com", "api"], profile: "auth0" },
  ],
  requirements: {
    admin: {
      claims: { "https://example.com/roles": { contains: "admin" } },
      stepUp: { acr: ["mfa"], maxAgeSeconds: 300 },
    },
    "not shown": { scopes: ["x"] },
  },
  routes: [
    { path: "/health", access: "public" },
    { path: "/orders", methods: ["GET", "HEAD"], anyScope: ["read:orders", "read:all"] },
    { path: "/orders/:id", methods: ["DELETE"], scopes: ["a", "b"], permissions: ["delete:orders"], report: true },
    {
      path: "/users/:userId/**",
      principal: "user",
      anyOf: [{ where: { "params.userId": { equals: { claim: "sub" } } } }, "admin"],
    },
    { path: "/machines/**", principal: "machine", allOf: ["admin"] },
    { path: "/me" },
  ],
}

let folder: CommandFolder

beforeAll(async () => {
  folder = await makeCommandFolder()
  await folder.write("authorizer.config.mjs", `export default ${JSON.stringify(policy)}`)
})
afterAll(() => folder.remove())

const show = (...args: string[]) => folder.run(["policy", "--config", "authorizer.config.mjs", ...args])

async function showOther(other: ConfigInput, ...args: string[]) {
  await folder.write("other.json", { issuers: policy.issuers, ...other })
  return folder.run(["policy", "--config", "other.json", ...args])
}

test("shows the rules, who may, and what is asked of them", async () => {
  const { code, stdout, stderr } = await show()
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  expect(stdout).toBe(`\
Tokens of  https://tenant.eu.auth0.com/ for https://api.example.com, api

Methods    Path               Who            Asked for
any        /health            anybody
GET, HEAD  /orders            a valid token  scope read:orders or read:all
DELETE     /orders/:id        a valid token  scope a
                                             scope b
                                             permission delete:orders
                                             (only reports: lets everybody through)
any        /users/:userId/**  a user         one of: params.userId equals the claim sub; or
                                             requirement "admin"
any        /machines/**       a machine      requirement "admin"
any        /me                a valid token
any        (all else)         nobody

any: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS. GET covers HEAD.

Requirement  Asks for
admin        claims.https://example.com/roles contains "admin"
             acr mfa
             authenticated at most 300 seconds ago
`)
})

test("writes the same in Markdown, line for line", async () => {
  const { code, stdout } = await show("--markdown")
  expect(code).toBe(0)
  expect(stdout).toBe(`\
Tokens of:

- \`https://tenant.eu.auth0.com/ for https://api.example.com, api\`

| Methods | Path | Who | Asked for |
| - | - | - | - |
| any | \`/health\` | anybody | |
| GET, HEAD | \`/orders\` | a valid token | \`scope read:orders or read:all\` |
| DELETE | \`/orders/:id\` | a valid token | \`scope a\`<br>\`scope b\`<br>\`permission delete:orders\`<br>\`(only reports: lets everybody through)\` |
| any | \`/users/:userId/**\` | a user | \`one of: params.userId equals the claim sub; or requirement "admin"\` |
| any | \`/machines/**\` | a machine | \`requirement "admin"\` |
| any | \`/me\` | a valid token | |
| any | \`(all else)\` | nobody | |

any: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS. GET covers HEAD.

| Requirement | Asks for |
| - | - |
| \`admin\` | \`claims.https://example.com/roles contains "admin"\`<br>\`acr mfa\`<br>\`authenticated at most 300 seconds ago\` |
`)
})

test("changes one line of Markdown for one rule", async () => {
  const [before, after] = [
    await showOther({ routes: [{ path: "/a" }, { path: "/b" }] }, "--markdown"),
    await showOther(
      { routes: [{ path: "/a" }, { path: "/b", scopes: ["much:longer:than:anything:before"] }] },
      "--markdown",
    ),
  ].map(({ stdout }) => stdout.split("\n"))
  expect(after?.filter((line) => !before?.includes(line))).toEqual([
    "| any | `/b` | a valid token | `scope much:longer:than:anything:before` |",
  ])
})

test("keeps what a claim or a permission may hold from breaking the table", async () => {
  const permissions = ["a|b", "tick`s", "two\nlines\u001b[31m"]
  const { stdout } = await showOther({ routes: [{ path: "/a", permissions }] }, "--markdown")
  expect(stdout).toContain("`permission a\\|b`<br>`` permission tick`s ``<br>`permission two lines\ufffd[31m` |\n")
  const { stdout: text } = await showOther({ routes: [{ path: "/a", permissions }] })
  expect(unreadableLines(text)).toEqual([])
})

test("prints the compiled rules as JSON", async () => {
  const { stdout } = await show("--json")
  const { rules, unmatched } = JSON.parse(stdout)
  expect(rules).toEqual(parseConfig(policy).rules)
  expect(unmatched).toBeNull()
})

test.each<[string, ConfigInput, RegExp]>([
  ["no rules", {}, /\nany +\(every path\) +a valid token\n/],
  [
    "a token for all else",
    { routes: [{ path: "/a" }], unmatched: "authenticated" },
    /\nany +\(all else\) +a valid token\n/,
  ],
])("says what becomes of the rest: %s", async (_name, other, row) => {
  expect((await showOther(other)).stdout).toMatch(row)
})

test("fits 100 columns, whatever there is to show", async () => {
  const long = "x".repeat(150)
  const { stdout } = await showOther({
    requirements: { [long]: { scopes: [long] } },
    routes: [
      {
        path: `/${long}/:${long}`,
        methods: ["GET", "POST", "PUT", long.toUpperCase()],
        scopes: ["short"],
        allOf: [long],
      },
      { path: "/b", claims: { [`https://example.com/${long}/${long}`]: { oneOf: [long, "b", long] } } },
    ],
  })
  expect(unreadableLines(stdout)).toEqual([])
  // Nothing of it is left out.
  expect(stdout.match(/x/gi)?.length).toBeGreaterThanOrEqual(150 * 9)
})

describe("a policy that can't be shown", () => {
  test("is told of with 2", async () => {
    const { code, stdout, stderr } = await showOther({ routes: [{ path: "a" }] })
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain('routes[0].path: must begin with "/"')
  })

  test("is one that is wanted in two forms", async () => {
    expect(await show("--json", "--markdown")).toMatchObject({ code: 2, stdout: "" })
  })
})

test("tells how it is used", async () => {
  const { code, stdout } = await show("--help")
  expect(code).toBe(0)
  expect(stdout).toContain("Examples:\n  edge-authorizer policy\n")
  for (const option of ["--config", "--markdown", "--json"]) expect(stdout).toContain(option)
})
