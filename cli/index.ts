#!/usr/bin/env node
import { Command } from "commander"
import { addCheckCommand } from "./check/check.ts"
import { withoutTokens } from "./command-error.ts"
import { addDoctorCommand } from "./doctor/doctor.ts"
import { addExplainCommand } from "./explain/explain.ts"
import { addKeysCommands } from "./keys/keys.ts"
import { addImportCommand } from "./openapi/import-openapi.ts"
import { addPolicyCommand } from "./policy/policy.ts"
import { addTestCommand } from "./test/test.ts"

const program = new Command("edge-authorizer").description("Decides on API requests at the edge.")
program.showHelpAfterError("(--help shows what there is)")
program.configureHelp({ sortSubcommands: true })
program.configureOutput({ outputError: (text, write) => write(withoutTokens(text)) })
// It fails with 1 in every way, as it did before there were commands of which 1 is an answer.
addKeysCommands(program)
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
addImportCommand(program)
addCheckCommand(program)
addDoctorCommand(program)
addExplainCommand(program)
addPolicyCommand(program)
addTestCommand(program)
program.addHelpText(
  "after",
  `
Exit codes: 0 when all is well, 1 when the answer is no, 2 when the command or a file can't be read.`,
)
await program.parseAsync()
