import { type Command, Option } from "commander"
import type { Config, ConfigInput } from "../../core/index.ts"
import { cacheSettingFor } from "../../lambda/cache-setting.ts"
import { readCaller } from "../caller/read-caller.ts"
import { CommandError, reportFailure } from "../command-error.ts"
import { checkWithAnyIssuer, readPolicy } from "../policy-file.ts"
import { style } from "../style.ts"
import { table } from "../table.ts"
import { callerDocument, describeAwsSettings, describeDocument } from "./policy-aws.ts"
import { policyMarkdown } from "./policy-markdown.ts"
import { anyMethods, writeRuleTable } from "./rule-table.ts"

interface PolicyOptions {
  readonly config: string
  readonly markdown?: true
  readonly aws?: true
  readonly token?: string
  readonly tokenFile?: string
  readonly claims?: string
  readonly json?: true
}

/** Adds `policy`. */
export function addPolicyCommand(program: Command): void {
  program
    .command("policy")
    .description("Shows a policy's rules as people read them.")
    .option("--config <file>", "the policy: a module, or JSON", "authorizer.config.ts")
    .addOption(new Option("--markdown", "as Markdown tables, for a review").conflicts(["json", "aws"]))
    .option("--aws", "what API Gateway may keep of an answer, and what to set there")
    .option("--token-file <file>", "with --aws: the IAM document for all calls of this access token; - for stdin")
    .addOption(new Option("--token <jwt>", "the access token itself, or - for stdin").conflicts("tokenFile"))
    .addOption(
      new Option("--claims <file>", "claims in a JSON file, in place of a token; no network").conflicts([
        "token",
        "tokenFile",
      ]),
    )
    .option("--json", "the rules as they were compiled; of a token, the document and nothing else")
    .addHelpText(
      "after",
      `
The rules stand in the order of the policy, which counts for nothing: the most specific rule covers a request.

Examples:
  edge-authorizer policy
  edge-authorizer policy --config authorizer.config.json
  edge-authorizer policy --markdown > policy.md
  edge-authorizer policy --aws
  edge-authorizer policy --aws --token-file token.txt`,
    )
    .action((options: PolicyOptions) => reportFailure(() => showPolicy(options)))
}

async function showPolicy(options: PolicyOptions): Promise<void> {
  const { config: file, markdown, aws, json } = options
  const policy = await readPolicy(file)
  if (!aws && (options.token ?? options.tokenFile ?? options.claims) !== undefined)
    throw new CommandError("--token, --token-file, --claims: the document of a token goes with --aws")
  if (aws) return showAws(policy, options)
  const config = checkWithAnyIssuer(policy, process.env)
  if (json) console.log(writeJson(config))
  else if (markdown) console.log(policyMarkdown(writeRuleTable(config)))
  else console.log(writeText(config))
}

async function showAws(policy: ConfigInput, options: PolicyOptions): Promise<void> {
  const { config, caller } = await readCaller(policy, options, Date.now())
  const { json } = options
  if (caller.kind === "none") {
    const setting = { ...config.apiGateway, allowed: cacheSettingFor(config) }
    return console.log(json ? JSON.stringify(setting, null, 2) : describeAwsSettings(config))
  }
  const token = await caller.identify(config, Date.now())
  if (token === null) {
    console.error("the token is refused, whatever is asked for; edge-authorizer explain says why")
    process.exitCode = 1
    return
  }
  const { document, unsaid } = callerDocument(config, token)
  console.log(JSON.stringify(document, null, 2))
  if (!json) console.error(style.dim(describeDocument(config, unsaid)))
}

function writeJson({ rules, unmatched }: Config): string {
  return JSON.stringify({ rules, unmatched }, null, 2)
}

function writeText(config: Config): string {
  const { issuers, rules, requirements } = writeRuleTable(config)
  const parts = [
    table(
      [],
      issuers.map((issuer, index) => [index === 0 ? "Tokens of" : "", issuer]),
    ),
    table(
      ["Methods", "Path", "Who", "Asked for"],
      rules.map(({ methods, path, who, asks }) => [methods, path, who, asks.join("\n")]),
    ),
    style.dim(anyMethods),
  ]
  if (requirements.length > 0)
    parts.push(
      table(
        ["Requirement", "Asks for"],
        requirements.map(({ name, asks }) => [name, asks.join("\n")]),
      ),
    )
  return parts.join("\n\n")
}
