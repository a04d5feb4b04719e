import { type Command, Option } from "commander"
import { CommandError, reportFailure } from "../command-error.ts"
import { findIssuers } from "./issuers.ts"
import { type PinnedIssuer, pinKeys } from "./pin-keys.ts"

interface PinOptions {
  readonly domain?: string
  readonly issuer?: string
  readonly jwksUri?: string
  readonly config?: string
  readonly out: string
}

/** Adds `keys pin`. */
export function addKeysCommands(program: Command): void {
  const keys = program.command("keys").description("The keys that an issuer signs with.")
  keys
    .command("pin")
    .description("Fetches the keys of the policy's issuers and writes them to a file, for a deployment to begin with.")
    .addOption(new Option("--domain <domain>", "an Auth0 domain, in place of the policy's issuers").conflicts("issuer"))
    .option("--issuer <url>", "an OpenID Connect issuer, in place of the policy's issuers")
    .option("--jwks-uri <url>", "where its keys are, if its discovery document is not to be asked")
    .option("--config <file>", "the policy", "authorizer.config.ts")
    .option("--out <file>", "the file to write", "authorizer.keys.json")
    .addHelpText(
      "after",
      `
Without --domain or --issuer the issuers are the policy's; where it leaves them out, AUTH0_DOMAIN and AUTH0_AUDIENCE, or
ISSUER and AUDIENCE, name one.

Examples:
  edge-authorizer keys pin
  edge-authorizer keys pin --domain tenant.eu.auth0.com --out authorizer.keys.json
  edge-authorizer keys pin --issuer https://login.example.com/`,
    )
    .action((options: PinOptions) => reportFailure(() => pin(options), 1))
}

async function pin(options: PinOptions): Promise<void> {
  if (options.jwksUri && !options.issuer)
    throw new CommandError("--jwks-uri: name the issuer that the keys are of, with --issuer")
  const pinned = await pinKeys(() => findIssuers(options, process.env), options.out, Date.now())
  console.log(describe(pinned, options.out))
}

function describe(pinned: readonly PinnedIssuer[], file: string): string {
  const lines = pinned.flatMap(({ issuer, keys, skipped }) => [
    issuer,
    ...keys.map(({ kid, alg, kty, crv }) => `  ${kid ?? "(no kid)"}  ${[kty, crv, alg].filter(Boolean).join(" ")}`),
    ...skipped.map((why) => `  passed over: ${why}`),
  ])
  return `${lines.join("\n")}

Written to ${file}. The policy names it so:

  import pinnedKeys from "./${file.replace(/^.*\//, "")}" with { type: "json" }
  export default defineConfig({ pinnedKeys, … })`
}
