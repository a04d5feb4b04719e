import { ConfigError } from "../core/index.ts"

/** What a command can't do, in words that say what to do instead. */
export class CommandError extends Error {}

/**
 * Runs a command. What goes wrong in it is told in a line or a few, and ends the process with `exitCode`: 2, unless the command
 * knows better, since 1 is an answer. A bug keeps its stack.
 */
export async function reportFailure(command: () => Promise<void>, exitCode: 1 | 2 = 2): Promise<void> {
  try {
    await command()
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ConfigError)) throw error
    console.error(withoutTokens(error.message))
    process.exitCode = exitCode
  }
}

/** A text in which nothing that looks like a JWT is left: what was typed in the wrong place is not to end up in a log. */
export function withoutTokens(text: string): string {
  return text.replace(/eyJ[\w-]{8,}(?:\.[\w-]*)*/g, "(a token)")
}
