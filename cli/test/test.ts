import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Command } from "commander"
import { CommandError, reportFailure } from "../command-error.ts"
import { checkWithAnyIssuer, readPolicy } from "../policy-file.ts"
import { type Expectation, readTestFile } from "./test-file.ts"
import { describeResults, type PolicyResults } from "./test-report.ts"
import { rulesAsked, runExpectations } from "./test-result.ts"

interface TestOptions {
  readonly config?: string
  readonly coverage?: true
  readonly json?: true
}

const defaultPolicy = "authorizer.config.ts"
const defaultFiles = ["authorizer.tests.yaml", "authorizer.tests.yml", "authorizer.tests.json"]

/** Adds `test`. */
export function addTestCommand(program: Command): void {
  program
    .command("test")
    .argument("[files...]", `files of expectations; left out: ${defaultFiles.join(" or ")} beside the policy`)
    .description(
      "Decides on requests, and holds the decisions against what is expected. No token and no network is needed.",
    )
    .option("--config <file>", `the policy; left out: the one that a file names, or ${defaultPolicy}`)
    .option("--coverage", "ends with 1 if there is a rule that no request came to")
    .option("--json", "the results as JSON")
    .addHelpText("after", fileHelp)
    .action((files: string[], options: TestOptions) => reportFailure(() => test(files, options)))
}

const fileHelp = `
A file of expectations, YAML or JSON:
  policy: ./authorizer.config.ts          # from where the file lies; --config goes before it
  at: 2026-01-15T09:00:00Z                # the time; left out: now
  tokens:                                 # what is left out of the claims is filled in
    alice: { sub: auth0|alice, scope: read:orders write:orders }
    robot: { sub: robot@clients, gty: client-credentials }
  expectations:
    - none   GET  /health          allow
    - alice  GET  /orders?page=2   allow
    - robot  POST /refunds         requirement_unmet
    - name: a refund needs a login of the last five minutes
      token: alice
      claims: { auth_time: 10m ago }      # in the place of the token's own
      requests: [POST /refunds, POST /refunds/7/undo]
      headers: { x-tenant: acme }
      expect: { refuse: authentication_insufficient, maxAge: 300 }
    - { token: robot, request: GET /beta, expect: allow, reported: scope_insufficient }

Ends with 1 if anything was decided otherwise, and with 2 if a file can't be read.

Examples:
  edge-authorizer test
  edge-authorizer test tests/*.yaml --config authorizer.config.ts --coverage
  edge-authorizer test --json`

async function test(named: readonly string[], options: TestOptions): Promise<void> {
  const now = Date.now()
  const files = named.length > 0 ? named : [findFile(options.config ?? defaultPolicy)]
  const byPolicy = new Map<string, Expectation[]>()
  for (const file of files) {
    const { policy, expectations } = await readTestFile(file, now)
    const name = options.config ?? policy ?? defaultPolicy
    byPolicy.set(name, [...(byPolicy.get(name) ?? []), ...expectations])
  }

  const policies: PolicyResults[] = []
  for (const [policy, expectations] of byPolicy) {
    const config = checkWithAnyIssuer(await readPolicy(policy), process.env)
    const results = await runExpectations(expectations, config)
    policies.push({ policy, results, ...rulesAsked(results, config) })
  }

  console.log(options.json ? JSON.stringify(writeResults(policies), null, 2) : describeResults(policies))
  const isAsExpected = policies.every(({ results }) => results.every(({ passed }) => passed))
  const isCovered = policies.every(({ unasked }) => unasked.length === 0)
  if (!isAsExpected || (options.coverage && !isCovered)) process.exitCode = 1
}

function findFile(policy: string): string {
  const candidates = defaultFiles.map((name) => join(dirname(policy), name))
  const found = candidates.find((file) => existsSync(file))
  if (found === undefined)
    throw new CommandError(`${candidates[0]}: there is no such file; name a file of expectations`)
  return found
}

function writeResults(policies: readonly PolicyResults[]) {
  const results = policies.flatMap((one) => one.results)
  const passed = results.filter((result) => result.passed).length
  return {
    passed,
    failed: results.length - passed,
    policies: policies.map(({ policy, asked, unasked, ...one }) => ({
      policy,
      rules: { asked, unasked },
      results: one.results.map(({ expectation, decision, ...result }) => {
        const { name, place, request, expected } = expectation
        // Headers may hold credentials.
        const { headers: _headers, ...asked } = request
        return { name, place, request: asked, ...result, expected, decision }
      }),
    })),
  }
}
