/** Something in a policy that is allowed, and that a person should look at. */
export interface Warning {
  /** A path into the policy (`routes[3]`), an environment variable or an option of the command. */
  readonly path: string
  readonly message: string
  /** What to do about it. */
  readonly remedy: string
}
