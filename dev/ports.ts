import { createServer } from "node:net"
import { type PortOption, readPorts } from "./port-options.ts"
import { StartError } from "./run.ts"

/** Every server of these commands listens here and nowhere else. */
export const loopback = "127.0.0.1"

/**
 * The ports of a command (such as "npm start") as its options choose them, each of them free. Throws a StartError that names
 * every port in use with the option that changes it; nothing has been started by then.
 */
export async function choosePorts<Name extends string>(
  command: string,
  options: Readonly<Record<Name, PortOption>>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<Record<Name, number>> {
  const ports = readPorts(command, options, argv)
  const names = Object.keys(ports) as Name[]
  const problems: string[] = []
  for (const [index, name] of names.entries()) {
    const port = ports[name]
    const other = names.slice(0, index).find((earlier) => ports[earlier] === port)
    if (other !== undefined) {
      problems.push(`--${other} and --${name} are both ${port}: each needs a port of its own.`)
      continue
    }
    const obstacle = await obstacleTo(port)
    if (obstacle !== null)
      problems.push(`Port ${port} (${options[name].what}) ${obstacle}. Choose another: ${command} -- --${name} <port>`)
  }
  if (problems.length > 0) throw new StartError(problems.join("\n"))
  return ports
}

/** Why nobody can listen on the port now, or null. */
function obstacleTo(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(code === "EADDRINUSE" ? "is in use" : `can't be used (${code})`),
    )
    probe.listen(port, loopback, () => probe.close(() => resolve(null)))
  })
}
