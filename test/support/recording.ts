import { type AccessRequest, type ConfigInput, createAuthorizer, type Decision, loadKeySet } from "../../core/index.ts"

/** All that a decision is made from but the time: plain JSON, to be kept beside a log. */
export interface Recording {
  readonly policy: ConfigInput
  /** Address → key set, as it was published; what is not here can't be reached. */
  readonly keySets: Readonly<Record<string, object>>
  readonly request: AccessRequest
}

/** Makes the decision of a recording again, as of `at` (milliseconds since the epoch), by an authorizer that knows nothing else. */
export function replay({ policy, keySets, request }: Recording, at: number): Promise<Decision> {
  const get = async (url: string) => {
    const keySet = keySets[url]
    if (!keySet) throw new Error(`${url} was not recorded`)
    return { status: 200, body: JSON.stringify(keySet) }
  }
  const ports = { now: () => at, loadKeySet: (source: Parameters<typeof loadKeySet>[0]) => loadKeySet(source, get, at) }
  return createAuthorizer(policy, ports).authorize(request)
}

/** What a log line tells of a decision: not who called, nor where to, nor how a platform words a failed connection. */
export function asLogged(decision: Decision): unknown {
  const unlogged = ["principal", "path", "detail", "message"]
  return JSON.parse(JSON.stringify(decision, (key, value) => (unlogged.includes(key) ? undefined : value)))
}

/** What became of a decision, as far as logs keep it; those that let somebody in are not logged. */
export type Fate = "refused" | "faulty" | "reported"

export function fateOf(decision: Decision): Fate | null {
  if (decision.outcome === "refuse") return "refused"
  if (decision.outcome === "fault") return "faulty"
  return decision.reported ? "reported" : null
}

/** The decisions in a log that met a fate, in their order: each a line of JSON, behind whatever a platform puts before it. */
export function loggedDecisions(log: string, fate: Fate): readonly Decision[] {
  const messages = ["request not allowed", "request would not be allowed"]
  const lines = log.split("\n").flatMap((line) => {
    const start = line.indexOf('{"message":"request ')
    return start === -1 ? [] : [JSON.parse(line.slice(start)) as Decision & { message: string }]
  })
  return lines.filter((line) => messages.includes(line.message) && fateOf(line) === fate)
}
