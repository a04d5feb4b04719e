import type { Command } from "commander"
import { freshnessSeconds } from "../../core/cache-control.ts"
import { CommandError, reportFailure, withoutTokens } from "../command-error.ts"
import { knownIssuer } from "../known-issuers.ts"
import { printable } from "../printable.ts"
import { style } from "../style.ts"
import { table } from "../table.ts"
import type { FetchedDocument } from "./fetch-document.ts"
import { readIssuerAddress } from "./issuer-address.ts"
import { defaultLimits, examineIssuer, type IssuerReport } from "./issuer-report.ts"
import { writeSnippet } from "./issuer-snippet.ts"

/** Adds `doctor`. */
export function addDoctorCommand(program: Command): void {
  program
    .command("doctor <domain-or-issuer>")
    .description("Asks an issuer for its discovery document and its keys, and says what is wrong or what to write.")
    .addHelpText(
      "after",
      `
Ends with 1 if an authorizer couldn't work with the issuer as it was named.

Examples:
  edge-authorizer doctor tenant.eu.auth0.com
  edge-authorizer doctor https://login.example.com/realms/shop`,
    )
    .action((address: string) => reportFailure(() => doctor(address), 1))
}

async function doctor(address: string): Promise<void> {
  if (withoutTokens(address) !== address)
    throw new CommandError("this is a token; name the issuer by its domain or URL")
  const report = await examineIssuer(readIssuerAddress(address))
  console.log(describe(report))
  if (report.problems.length > 0) process.exitCode = 1
}

function describe(report: IssuerReport): string {
  const { problems, keys } = report
  const snippet = writeSnippet(report)
  const parts = [
    table([], factRows(report)),
    ...(keys.length > 0 ? [table(["Key", "Kind", "Algorithm", ""], keyRows(report))] : []),
    ...(problems.length > 0
      ? [
          table(
            [],
            problems.map(({ message, remedy }) => [style.red("✗"), `${printable(message)}.\n→ ${printable(remedy)}`]),
          ),
        ]
      : [style.green("✓ An authorizer can work with it")]),
    ...(snippet ? [`${style.bold("In the policy")}\n\n${snippet.policy}`] : []),
    ...(snippet?.environment
      ? [`${style.bold("Or in the environment, with no issuers in the policy")}\n\n${snippet.environment}`]
      : []),
  ]
  return parts.filter((part) => part !== "").join("\n\n")
}

function factRows(report: IssuerReport): string[][] {
  const { issuer, discovery, keySet, keys, refreshAfterSeconds, clockDifferenceSeconds } = report
  const rows: [string, string | null][] = [
    ["Issuer", issuer && style.bold(issuer)],
    ["Kind", issuer && knownIssuer(issuer, discovery?.json).name],
    ["Discovery", discovery && fetched(discovery)],
    ["Keys", keySet && fetched(keySet)],
    ["", keySet && `${keys.length}, of which ${keys.filter(({ problem }) => problem === null).length} can be used`],
    ["Caching", keySet && caching(keySet, refreshAfterSeconds)],
    ["Algorithms", discovery && announced(discovery)],
    ["Clock", clockDifferenceSeconds === null ? null : clock(clockDifferenceSeconds)],
  ]
  return rows.flatMap(([name, text]) => (text === null ? [] : [[name, text]]))
}

function keyRows({ keys }: IssuerReport): string[][] {
  return keys.map(({ name, kind, alg, algorithms, problem }) => [
    printable(name),
    printable(kind),
    printable(alg ?? (algorithms.length > 1 ? `open: ${algorithms.join(", ")}` : algorithms.join())),
    problem === null ? style.green("✓") : style.yellow(`passed over: ${printable(problem)}`),
  ])
}

function fetched({ url, startedAt, endedAt }: FetchedDocument): string {
  return `${url}, in ${endedAt - startedAt} ms`
}

function caching({ answer }: FetchedDocument, refreshAfterSeconds: number | null): string {
  const { cacheControl } = answer
  const fresh = freshnessSeconds(answer)
  const said = cacheControl ? `"${printable(cacheControl)}"` : "no Cache-Control"
  const good = fresh === null ? "" : `, good for ${fresh} seconds`
  const refresh =
    refreshAfterSeconds === null
      ? ""
      : `; the authorizer asks again after ${refreshAfterSeconds} seconds, and keeps the keys for ${defaultLimits.maximumAgeSeconds} while the issuer is down`
  return said + good + refresh
}

function announced({ json }: FetchedDocument): string {
  const supported = json.id_token_signing_alg_values_supported
  const names = Array.isArray(supported) ? supported.filter((name) => typeof name === "string") : []
  return names.length === 0
    ? "the discovery document names none"
    : `${printable(names.join(", "))} (as discovery has it for ID tokens)`
}

function clock(seconds: number): string {
  if (seconds === 0) return "agrees with this machine's"
  const difference = `${Math.abs(seconds)} seconds ${seconds > 0 ? "ahead of" : "behind"} this machine's`
  const remedy = "set this machine's clock, or raise clockToleranceSeconds where the difference is the issuer's"
  return Math.abs(seconds) > 5 ? style.yellow(`${difference}, and 5 are tolerated: ${remedy}`) : difference
}
