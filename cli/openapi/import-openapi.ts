import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import type { Command } from "commander"
import { type ConfigInput, parseConfig } from "../../core/index.ts"
import { isJsonObject } from "../../core/json.ts"
import { CommandError, reportFailure } from "../command-error.ts"
import { readDocument } from "./openapi-file.ts"
import { writePolicyText } from "./openapi-policy-text.ts"
import { describeReport } from "./openapi-report.ts"
import { rulesOfOpenApi } from "./openapi-rules.ts"
import { schemeNames } from "./openapi-security.ts"

interface ImportCommandOptions {
  readonly out?: string
  readonly force?: true
  readonly basePath?: string
  readonly bearer: readonly string[]
  readonly optionalIsPublic?: true
  readonly undeclaredIsPublic?: true
  readonly json?: true
  readonly strict?: true
}

/** Adds `import openapi`. */
export function addImportCommand(program: Command): void {
  program
    .command("import")
    .description("Makes a policy of what describes an API already.")
    .command("openapi <file>")
    .description("Writes the rules that an OpenAPI 3 document's security requirements come to.")
    .option("--out <file>", "the policy to write, .json or .ts; left out: stdout")
    .option("--force", "overwrites a policy that is there")
    .option("--base-path <path>", 'where the paths begin, as in "/v1" or "/"; left out: as the first server says')
    .option("--bearer <schemes...>", "security schemes that are access tokens, whatever the document calls them", [])
    .option("--optional-is-public", "lets everybody in where a token is optional")
    .option("--undeclared-is-public", "lets everybody in where the document says nothing of security")
    .option("--json", "the report as JSON")
    .option("--strict", "ends with 1 if anything is not as in the document")
    .addHelpText(
      "after",
      `
The policy leaves its issuer to the environment. The report, on stderr, says what a policy can't
express and what became of it: it is refused, or more is asked for than the document does. Nothing
is public that the document doesn't call so.

Examples:
  edge-authorizer import openapi openapi.yaml
  edge-authorizer import openapi openapi.yaml --out authorizer.config.json
  edge-authorizer import openapi openapi.json --out authorizer.config.ts --base-path / --bearer api_key`,
    )
    .action((file: string, options: ImportCommandOptions) => reportFailure(() => importOpenApi(file, options)))
}

async function importOpenApi(file: string, options: ImportCommandOptions): Promise<void> {
  const { out, basePath, bearer } = options
  if (basePath !== undefined && !basePath.startsWith("/")) throw new CommandError('--base-path: must begin with "/"')
  const document = await readDocument(file)
  const unknown = bearer.find((name) => !isJsonObject(document) || !schemeNames(document).includes(name))
  if (unknown !== undefined) {
    const known = (isJsonObject(document) ? schemeNames(document) : []).join(", ") || "none"
    throw new CommandError(`--bearer: ${file} has no security scheme "${unknown}"; there are: ${known}`)
  }

  const imported = rulesOfOpenApi(document, {
    basePath: basePath ?? null,
    bearerSchemes: bearer,
    optionalIsPublic: options.optionalIsPublic ?? false,
    undeclaredIsPublic: options.undeclaredIsPublic ?? false,
  })
  if ("problem" in imported) throw new CommandError(`${file}: ${imported.problem}`)
  const { routes, requirements, report } = imported
  const policy: ConfigInput = { ...(Object.keys(requirements).length > 0 && { requirements }), routes }
  // What is written can be deployed: with any issuer at all.
  parseConfig({ ...policy, issuers: [{ issuer: "https://issuer.example/", audiences: ["https://api.example"] }] })

  await writePolicy(policy, options)
  console.error(options.json ? JSON.stringify(report, null, 2) : describeReport(report))
  if (out !== undefined && !options.json) console.error(`\nWritten to ${out}.`)
  if (options.strict && report.notes.length > 0) process.exitCode = 1
}

async function writePolicy(policy: ConfigInput, { out, force }: ImportCommandOptions): Promise<void> {
  const text = writePolicyText(policy, out ?? "policy.json")
  if (out === undefined) {
    process.stdout.write(text)
    return
  }
  if (existsSync(out) && !force) throw new CommandError(`${out}: is there already; overwrite it with --force`)
  await writeFile(out, text).catch((error: Error) => {
    throw new CommandError(`${out}: can't be written: ${error.message}`)
  })
}
