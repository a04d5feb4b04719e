import { type Admission, admit } from "../gate.ts"
import type { Peer } from "../peer.ts"
import { race, type Times } from "../race.ts"
import { workerdPeers } from "./peers.worker.ts"
import type { RaceRequest, RaceResponse } from "./race-request.ts"
import { timeByTicks } from "./tick-clock.ts"

/** Holds a whole race within one request: GET lists the peers, POST races them. */
export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "GET") return Response.json(workerdPeers satisfies readonly Peer[])
    const { only, plan, questions, settings, workload }: RaceRequest = await request.json()
    const { contenders, wrong }: Admission = await admit(
      workerdPeers.filter(({ name }) => only === undefined || name === only),
      settings,
      questions,
    )
    const times: Times = await race(contenders, workload, plan, { time: timeByTicks, copy: headerCopy })
    return Response.json({ wrong, times } satisfies RaceResponse)
  },
}

/** As a request brings it: workerd makes a new string whenever a header is read. */
function headerCopy(header: string): string {
  return new Headers({ authorization: header }).get("authorization") ?? ""
}
