import { workerPorts } from "../../workers/ports.ts"
import type { Peer } from "../peer.ts"
import { oursName, prepareOurs } from "./ours.ts"

/** This project in workerd, on what Workers lend it. */
export const oursOnWorkers: Peer = {
  name: oursName,
  packages: [],
  runsIn: ["workerd"],
  algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
  checks: "decision",
  note: "`createAuthorizer` with the Workers' ports, 20 rules",
  prepare: async (settings) => prepareOurs(settings, workerPorts()),
}
