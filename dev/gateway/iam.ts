/** The parts of an IAM policy that API Gateway evaluates for an authorizer. */
export interface Policy {
  readonly Version: string
  readonly Statement: readonly {
    readonly Action: string
    readonly Effect: string
    readonly Resource: string | readonly string[]
  }[]
}

/**
 * What a policy says of a call, by IAM's rules and none of our code: an explicit Deny wins, then an Allow, then nothing; "*" matches
 * any run of characters, "/" among them, and "?" any one.
 */
export function evaluate(policy: Policy, arn: string): "allow" | "explicit deny" | "implicit deny" {
  const effects = policy.Statement.filter(
    ({ Action, Resource }) =>
      ["execute-api:Invoke", "execute-api:*", "*"].includes(Action) &&
      [Resource].flat().some((pattern) => matches(pattern as string, arn)),
  ).map(({ Effect }) => Effect)
  if (effects.includes("Deny")) return "explicit deny"
  return effects.includes("Allow") ? "allow" : "implicit deny"
}

function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(
    /[.*+?^${}()|[\]\\]/g,
    (character) => ({ "*": ".*", "?": "." })[character] ?? `\\${character}`,
  )
  return new RegExp(`^${source}$`, "s").test(text)
}
