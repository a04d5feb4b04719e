import { type Command, Option } from "commander"
import { readCaller } from "../caller/read-caller.ts"
import { CommandError, reportFailure, withoutTokens } from "../command-error.ts"
import { readTime } from "../moment.ts"
import { readPolicy } from "../policy-file.ts"
import { lookInto } from "./explained.ts"
import { writeExplanation } from "./explanation.ts"
import { readRequest } from "./request-arguments.ts"

interface ExplainOptions {
  readonly config: string
  readonly token?: string
  readonly tokenFile?: string
  readonly claims?: string
  readonly header: readonly string[]
  readonly at?: string
  readonly json?: true
}

/** Adds `explain`. */
export function addExplainCommand(program: Command): void {
  program
    .command("explain <method> <path>")
    .description("Decides on a request, and says step by step why, and what would have been enough.")
    .option("--config <file>", "the policy: a module, or JSON", "authorizer.config.ts")
    .option("--token-file <file>", "the access token, in a file; - for stdin")
    .addOption(new Option("--token <jwt>", "the access token itself, or - for stdin").conflicts("tokenFile"))
    .addOption(
      new Option("--claims <file>", "claims in a JSON file, in place of a token; no network").conflicts([
        "token",
        "tokenFile",
      ]),
    )
    .option("-H, --header <header>", "a request header, 'name: value'; may stand more than once", collect, [])
    .option("--at <time>", "decides as at that time (ISO 8601), in place of now")
    .option("--json", "the decision as JSON, and nothing else")
    .addHelpText(
      "after",
      `
A token in an argument stays in the shell's history and in the list of processes: hand it over in a file, or on stdin. It may
have "Bearer " in front, or be in the JSON that a token endpoint answers with. It is never shown. Its issuer's keys are
fetched; --claims needs none: what the claims leave out (iss, aud, exp, …) is filled in as the policy wants it.

Ends with 0 where the request is allowed, with 1 where it isn't.

Examples:
  edge-authorizer explain --token-file token.txt GET /orders/7
  curl … https://tenant.eu.auth0.com/oauth/token | edge-authorizer explain --token-file - GET '/orders?state=open'
  edge-authorizer explain --claims claims.json -H 'x-tenant: acme' PUT /orders/7 --at 2026-10-01T12:00:00Z
  edge-authorizer explain GET /health`,
    )
    .action((method: string, path: string, options: ExplainOptions) =>
      reportFailure(() => explain(method, path, options)),
    )
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

async function explain(method: string, target: string, options: ExplainOptions): Promise<void> {
  const { at: time, json } = options
  const at = time === undefined ? Date.now() : readTime(time, "--at")
  const request = readRequest(method, target, options.header)
  const { authorization } = request.headers
  if (authorization !== undefined && (options.token ?? options.tokenFile ?? options.claims) !== undefined)
    throw new CommandError("-H: an Authorization header can't stand beside a token or claims")
  const { config, caller } = await readCaller(await readPolicy(options.config), options, at, authorization)
  const decision = await caller.decide(config, request, at)
  if (decision.outcome !== "allow") process.exitCode = 1
  if (json) return console.log(JSON.stringify(decision, null, 2))
  console.log(withoutTokens(writeExplanation(await lookInto(decision, request, config, caller))))
}
