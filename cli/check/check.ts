import type { Command } from "commander"
import { type Config, ConfigError, type ConfigInput, type ConfigProblem } from "../../core/index.ts"
import { isJsonObject } from "../../core/json.ts"
import { CommandError, reportFailure } from "../command-error.ts"
import { readDocument } from "../openapi/openapi-file.ts"
import { readDefinedScopes } from "../openapi/openapi-scopes.ts"
import { checkWithAnyIssuer, readPolicy } from "../policy-file.ts"
import { piecesOf } from "../requirement-pieces.ts"
import { style } from "../style.ts"
import { table } from "../table.ts"
import type { DefinedScopes } from "./scope-warnings.ts"
import { readTemplateAuthorizers, type TemplateAuthorizer } from "./template-authorizers.ts"
import type { Warning } from "./warning.ts"
import { findWarnings } from "./warnings.ts"

interface CheckOptions {
  readonly config: string
  readonly scopes?: string
  readonly openapi?: string
  readonly template?: string
  readonly clientId: readonly string[]
  readonly strict?: true
  readonly json?: true
}

/** What a check came to. `summary` is null where the policy has problems, and so is nothing that could be summed up. */
interface CheckResult {
  readonly problems: readonly ConfigProblem[]
  readonly warnings: readonly Warning[]
  readonly summary: Summary | null
}

interface Summary {
  readonly issuers: readonly { readonly issuer: string; readonly audiences: readonly string[] }[]
  readonly rules: number
  readonly publicRules: number
  /** Rules for which any valid token will do. */
  readonly anyTokenRules: number
  readonly reportRules: number
  readonly unmatched: "refused" | "any valid token"
}

/** Adds `check`. */
export function addCheckCommand(program: Command): void {
  program
    .command("check")
    .description("Checks a policy: what is wrong with it, and what a person should look at.")
    .option("--config <file>", "the policy: a module, or JSON", "authorizer.config.ts")
    .option("--scopes <list>", "the scopes that the API defines, separated by commas or spaces")
    .option("--openapi <file>", "an OpenAPI document that defines them")
    .option(
      "--template <file>",
      "a CloudFormation template in JSON: whether its authorizers are cached as the policy wants it",
    )
    .option("--client-id <id...>", "ids of clients, which must not be audiences", [])
    .option("--strict", "ends with 1 for a warning, too")
    .option("--json", "problems, warnings and summary as JSON")
    .addHelpText(
      "after",
      `
Ends with 1 if the policy has problems, and can't be served; a warning is no problem, unless --strict is given.

Examples:
  edge-authorizer check
  edge-authorizer check --strict --scopes read:orders,write:orders
  edge-authorizer check --template .serverless/cloudformation-template-update-stack.json
  edge-authorizer check --config authorizer.config.json --openapi openapi.yaml --json`,
    )
    .action((options: CheckOptions) => reportFailure(() => check(options)))
}

async function check(options: CheckOptions): Promise<void> {
  const { config: file, clientId, json, strict } = options
  const policy = await readPolicy(file)
  const authorizers = options.template === undefined ? [] : await readTemplateAuthorizers(options.template)
  const result = checkPolicy(policy, await readDefined(options), clientId, authorizers)
  console.log(json ? JSON.stringify(result, null, 2) : describe(file, result))
  if (result.problems.length > 0 || (strict && result.warnings.length > 0)) process.exitCode = 1
}

async function readDefined({ scopes, openapi }: CheckOptions): Promise<readonly DefinedScopes[]> {
  const defined: DefinedScopes[] = []
  if (scopes !== undefined)
    defined.push({ source: "--scopes", scopes: scopes.split(/[\s,]+/).filter((scope) => scope !== "") })
  if (openapi !== undefined) {
    const document = await readDocument(openapi)
    if (!isJsonObject(document) || !/^3\.\d/.test(String(document.openapi)))
      throw new CommandError(`${openapi}: is no OpenAPI document of version 3`)
    defined.push({ source: openapi, scopes: readDefinedScopes(document) })
  }
  return defined
}

function checkPolicy(
  policy: ConfigInput,
  definedScopes: readonly DefinedScopes[],
  clientIds: readonly string[],
  authorizers: readonly TemplateAuthorizer[],
): CheckResult {
  try {
    const config = checkWithAnyIssuer(policy, process.env)
    const known = { environment: process.env, definedScopes, clientIds, authorizers, now: Date.now() }
    return { problems: [], warnings: findWarnings(policy, config, known), summary: summarize(config) }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { problems: error.problems, warnings: [], summary: null }
  }
}

function summarize({ issuers, rules, unmatched }: Config): Summary {
  const count = (isSo: (rule: Config["rules"][number]) => boolean) => rules.filter(isSo).length
  return {
    issuers: issuers.map(({ issuer, audiences }) => ({ issuer, audiences })),
    rules: rules.length,
    publicRules: count(({ access }) => access === "public"),
    anyTokenRules: count(({ access, requirement }) => access === "token" && piecesOf(requirement).length === 0),
    reportRules: count(({ report }) => report),
    unmatched: unmatched ? "any valid token" : "refused",
  }
}

function describe(file: string, { problems, warnings, summary }: CheckResult): string {
  const parts = [style.bold(file)]
  if (summary) parts.push(describeSummary(summary))
  if (problems.length > 0)
    parts.push(
      table(
        [],
        problems.map(({ path, remedy }) => [style.red("✗"), path, remedy]),
      ),
    )
  if (warnings.length > 0)
    parts.push(
      table(
        [],
        warnings.map(({ path, message, remedy }) => [style.yellow("!"), path, `${message}.\n→ ${remedy}`]),
      ),
    )
  const isGood = problems.length === 0
  const verdict = `${isGood ? "✓ No problem" : `✗ ${counted(problems.length, "problem")}`}`
  const aside = isGood ? `, ${warnings.length === 0 ? "no warning" : counted(warnings.length, "warning")}` : ""
  parts.push((isGood ? style.green : style.red)(verdict + aside))
  return parts.join("\n\n")
}

function describeSummary(summary: Summary): string {
  const { issuers, rules, publicRules, anyTokenRules, reportRules, unmatched } = summary
  const kinds = [
    `${publicRules} public`,
    `${anyTokenRules} for any valid token`,
    `${rules - publicRules - anyTokenRules} that ${rules - publicRules - anyTokenRules === 1 ? "asks" : "ask"} for more`,
  ]
  return table(
    [],
    [
      ...issuers.map(({ issuer, audiences }, index) => [
        index === 0 ? "Tokens of" : "",
        `${issuer} for ${audiences.join(", ")}`,
      ]),
      ["Rules", rules === 0 ? "none" : `${rules}: ${kinds.join(", ")}`],
      ...(reportRules > 0 ? [["", `${reportRules} of them only ${reportRules === 1 ? "reports" : "report"}`]] : []),
      ["All else", unmatched],
    ],
  )
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}
