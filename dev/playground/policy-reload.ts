import { type Config, ConfigError, type ConfigInput, type Environment, parseConfig } from "../../core/index.ts"
import type { Edge } from "../edge.ts"
import type { PolicyFile, PolicyVersion } from "../policy-file.ts"
import type { Running } from "../run.ts"
import type { PolicyView } from "./api.ts"
import { ruleLines } from "./rule-lines.ts"

/**
 * Has every edge enforce the policy file as it stands, change by change, and tells how far that has come. What can't be enforced
 * comes to no edge: they stay with the last policy that could.
 */
export function followPolicy(
  { stopping }: Pick<Running, "stopping">,
  file: PolicyFile,
  edges: readonly Edge[],
  environment: Environment,
  tell: (view: PolicyView) => void,
): void {
  // What the edges have begun with, as the first version that is handed over may be a later one.
  let inForce = "policy" in file.first ? JSON.stringify(file.first.policy) : null
  let latest = 0
  let turn = Promise.resolve()

  file.follow((version) => {
    const number = ++latest
    turn = turn.then(() => takeUp(version, () => number === latest))
  })

  async function takeUp(version: PolicyVersion, isLatest: () => boolean): Promise<void> {
    // What was overtaken while it waited need not be enforced any more.
    if (!isLatest()) return
    const { source } = version
    const read = readVersion(version, environment)
    const lines = "config" in read ? await ruleLines(source, read.config.rules).catch(() => ({})) : {}
    const say = (state: PolicyView["state"], problem: string | null = null) =>
      tell({ file: file.name, source, lines, state, problem, inForce })
    if ("problem" in read) {
      console.error(`${read.problem}\nBoth edges stay with the policy before.`)
      say("wrong", read.problem)
      return
    }
    try {
      const text = JSON.stringify(read.policy)
      if (text !== inForce) {
        inForce = null
        say("reloading")
        await Promise.all(edges.map((edge) => edge.enforce(read.policy)))
        inForce = text
        console.log(`${file.name} has changed: both edges enforce it.`)
      }
      say("ready")
    } catch (error) {
      // The edges end, too.
      if (stopping.aborted) return
      const problem = error instanceof Error ? error.message : String(error)
      console.error(problem)
      say("wrong", problem)
    }
  }
}

/** The policy and what becomes of it in this environment; or every problem with it. */
export function readVersion(
  version: PolicyVersion,
  environment: Environment,
): { readonly policy: ConfigInput; readonly config: Config } | { readonly problem: string } {
  if ("problem" in version) return version
  try {
    return { policy: version.policy, config: parseConfig(version.policy, environment) }
  } catch (error) {
    // A policy can also throw when it is read: it is somebody's code.
    return { problem: error instanceof ConfigError ? error.message : `the policy can't be read: ${error}` }
  }
}
