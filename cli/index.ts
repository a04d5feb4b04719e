#!/usr/bin/env node
import { Command } from "commander"
import { addKeysCommands } from "./keys.ts"

const program = new Command("edge-authorizer").description("Decides on API requests at the edge.")
program.showHelpAfterError("(--help shows what there is)")
addKeysCommands(program)
await program.parseAsync()
