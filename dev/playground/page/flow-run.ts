import { useRef, useState } from "preact/hooks"
import type { FlowChoices, Happening, IssuedToken, Step } from "../../flows/flow.ts"
import type { FlowSummary, Setup } from "../api.ts"
import { runFlow } from "./server.ts"

export type StepState = "waiting" | "done" | "failed"

/** How far a flow has come. */
export interface FlowRun {
  readonly choices: FlowChoices
  readonly state: "running" | "done" | "failed"
  readonly failure: string | null
  readonly happenings: readonly Happening[]
}

/** Scopes that are about a user: an application that acts for itself does not ask for them. */
export const openIdScopes: readonly string[] = ["openid", "profile", "email", "offline_access"]

/** Something that a visitor sees at first: choices that come to a token which is let in. */
export function firstChoices({ flows, users, scopes }: Setup): {
  readonly flow: string
  readonly choices: FlowChoices
} {
  const flow = flows.find(({ title }) => title.includes("PKCE")) ?? flows[0]
  const scope = ["openid", "read:orders"].filter((name) => scopes.includes(name)).join(" ")
  return {
    flow: flow?.id ?? "",
    choices: { user: users[0]?.name ?? "", scope, withAudience: true, organization: null },
  }
}

/** One run of a flow at a time: a new one ends the one before. `arrive` hears of its tokens. */
export function useFlowRun(arrive: (tokens: readonly IssuedToken[]) => void) {
  const [run, setRun] = useState<FlowRun | null>(null)
  const running = useRef(new AbortController())

  function reset(): AbortSignal {
    running.current.abort()
    running.current = new AbortController()
    setRun(null)
    return running.current.signal
  }

  async function start({ id, hasUser }: FlowSummary, chosen: FlowChoices): Promise<void> {
    const signal = reset()
    const names = chosen.scope.split(" ").filter((name) => hasUser || !openIdScopes.includes(name))
    const choices = { ...chosen, scope: names.join(" ") }
    let now: FlowRun = { choices, state: "running", failure: null, happenings: [] }
    const change = (next: Partial<FlowRun>) => {
      if (signal.aborted) return
      now = { ...now, ...next }
      setRun(now)
    }
    change({})
    try {
      await runFlow(id, choices, signal, (line) => {
        if ("happening" in line) change({ happenings: [...now.happenings, line.happening] })
        else if ("failure" in line) change({ state: "failed", failure: line.failure })
        else if (!signal.aborted) {
          change({ state: "done" })
          arrive(line.tokens)
        }
      })
      if (now.state === "running") throw new Error("The server broke off before the flow had ended.")
    } catch (error) {
      change({ state: "failed", failure: (error as Error).message })
    }
  }

  return { run, start, reset }
}

/** What has become of each step; the call of the API, which is the last, is for the edges to say. */
export function stepStates(steps: readonly Step[], run: FlowRun | null): Readonly<Record<string, StepState>> {
  const happened = new Set(run?.happenings.map(({ step }) => step))
  const isFailed = run?.state === "failed"
  const refused = new Set(isFailed ? run.happenings.filter(isRefusal).map(({ step }) => step) : [])
  // An answer that the client could make nothing of, or what never came.
  const last = steps.find(({ id }) => id === run?.happenings.at(-1)?.step)
  const isAnswer = last?.from === "issuer" && last.to === "client"
  const broken = isAnswer ? last : steps.slice(0, -1).find(({ id }) => !happened.has(id))
  const state = ({ id }: Step): StepState => {
    if (refused.has(id) || (isFailed && refused.size === 0 && id === broken?.id)) return "failed"
    return happened.has(id) ? "done" : "waiting"
  }
  return Object.fromEntries(steps.map((step) => [step.id, state(step)]))
}

/** Whether it told of an OAuth error. A device is told that its user is not done yet, which is none. */
function isRefusal({ parameters: { error } }: Happening): boolean {
  return error !== undefined && error !== "authorization_pending"
}
