import { parseArgs } from "node:util"
import { StartError } from "./run.ts"

/** One port that a command listens on: what for, and which port unless its option says otherwise. */
export interface PortOption {
  readonly what: string
  readonly port: number
}

/** Reads options of the form `--name <port>`. Throws a StartError that says what is wrong and which options there are. */
export function readPorts<Name extends string>(
  command: string,
  options: Readonly<Record<Name, PortOption>>,
  argv: readonly string[],
): Record<Name, number> {
  const names = Object.keys(options) as Name[]
  const usage = [
    `Usage: ${command} -- [options]`,
    ...names.map((name) => `  --${`${name} <port>`.padEnd(24)}${options[name].what} (${options[name].port})`),
  ].join("\n")

  const known = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]))
  let given: Readonly<Record<string, unknown>>
  try {
    given = parseArgs({ args: [...argv], options: known }).values
  } catch (error) {
    // The hint that Node appends is about positional arguments, of which there are none.
    const [problem] = String(error instanceof Error ? error.message : error).split(". ")
    throw new StartError(`${problem}.\n\n${usage}`)
  }
  const entries = names.map((name) => {
    const text = given[name] ?? String(options[name].port)
    const port = /^\d{1,5}$/.test(String(text)) ? Number(text) : 0
    if (port < 1 || port > 65_535)
      throw new StartError(`--${name}: "${text}" is no port; give a number from 1 to 65535.\n\n${usage}`)
    return [name, port] as const
  })
  return Object.fromEntries(entries) as Record<Name, number>
}
