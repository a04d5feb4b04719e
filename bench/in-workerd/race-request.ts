import type { Question } from "../gate.ts"
import type { Peer, Settings } from "../peer.ts"
import type { RacePlan, Times } from "../race.ts"
import type { Workload } from "../workload.ts"

/** What the Worker is asked to race. */
export interface RaceRequest {
  readonly settings: Settings
  readonly questions: readonly Question[]
  readonly workload: Workload
  readonly plan: RacePlan
  /** The name of the one peer that is to run. Left out: all. */
  readonly only?: string
}

/** What it measured, and whose wrong answers kept them out. */
export interface RaceResponse {
  readonly wrong: readonly string[]
  readonly times: Times
}

/** What there is to be compared in the Worker at "host:port"; the peers' functions don't travel. */
export async function listPeers(host: string): Promise<readonly Peer[]> {
  return (await ask(host)) as readonly Peer[]
}

/** Lets that Worker hold one race. */
export async function raceIn(host: string, race: RaceRequest): Promise<RaceResponse> {
  return (await ask(host, { method: "POST", body: JSON.stringify(race) })) as RaceResponse
}

async function ask(host: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(`http://${host}/`, init)
  if (!response.ok) throw new Error(`the Worker answered ${response.status}: ${await response.text()}`)
  return response.json()
}
