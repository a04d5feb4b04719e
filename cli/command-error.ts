import { ConfigError } from "../core/index.ts"

/** What a command can't do, in words that say what to do instead. */
export class CommandError extends Error {}

/** Runs a command. What goes wrong in it is told in a line or a few, and ends the process with 1; a bug keeps its stack. */
export async function reportFailure(command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
