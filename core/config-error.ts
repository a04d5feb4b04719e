/** One thing wrong with a configuration: where, and what to write instead. */
export interface ConfigProblem {
  /** A path into the policy (`issuers[0].audiences`), or the name of an environment variable. */
  readonly path: string
  readonly remedy: string
}

/** A configuration that can't be served with. Holds every problem that was found, not just the first. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ path, remedy }) => `authorizer.config: ${path}: ${remedy}`).join("\n"))
    this.problems = problems
  }
}
