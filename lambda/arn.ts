/** An `execute-api` ARN of a call: `arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}`. */
export interface CallArn {
  /** The ARN as it arrived. */
  readonly text: string
  /** Everything up to and including the stage: partition, region, account, API and stage are the event's, never assumed. */
  readonly stageArn: string
  readonly stage: string
  /** Null for a route key that stands alone, as `$connect` and `$default` do. */
  readonly method: string | null
  /** Begins with "/"; for a route key that stands alone, "/" and that key. */
  readonly path: string
}

/** Takes an ARN apart, or returns null. Only the first five colons separate: a path may hold more of them. */
export function parseArn(text: string): CallArn | null {
  const parts = /^(arn:[^:]+:execute-api:[^:]*:[^:]*:[^:/]+\/([^/]+))\/(.*)$/s.exec(text)
  const [, stageArn, stage, resource] = parts ?? []
  if (stageArn === undefined || stage === undefined || resource === undefined) return null
  const slash = resource.indexOf("/")
  if (slash === -1) return { text, stageArn, stage, method: null, path: `/${resource}` }
  return { text, stageArn, stage, method: resource.slice(0, slash), path: resource.slice(slash) }
}

/** Whether IAM reads a text as itself: `*` and `?` match others, and `${` begins a variable. */
export function isLiteralArn(text: string): boolean {
  return !/[*?]|\$\{/.test(text)
}
