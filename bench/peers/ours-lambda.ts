import { lambdaPorts } from "../../lambda/ports.ts"
import type { Peer } from "../peer.ts"
import { oursName, prepareOurs } from "./ours.ts"

/** This project in Node, on what a Lambda environment lends it. */
export const oursOnLambda: Peer = {
  name: oursName,
  packages: [],
  runsIn: ["node"],
  algorithms: ["RS256", "PS256", "ES256", "EdDSA"],
  checks: "decision",
  note: "`createAuthorizer` with the Lambda's ports, 20 rules",
  prepare: async (settings) => prepareOurs(settings, lambdaPorts()),
}
