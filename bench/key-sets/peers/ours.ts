import { authorizer } from "../../../lambda/authorizer.ts"
import type { KeySetPeer } from "../peer.ts"

const methodArn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/GET/orders/42"

export const ours: KeySetPeer = {
  name: "edge-authorizer",
  note: "the Lambda authorizer as it comes",
  start({ issuer, audience }) {
    const handler = authorizer({ issuers: [{ issuer, audiences: [audience], profile: "auth0" }] })
    return async (token) => {
      try {
        const answer = await handler({ type: "TOKEN", authorizationToken: `Bearer ${token}`, methodArn })
        return answer.policyDocument.Statement[0]?.Effect === "Allow"
      } catch {
        return false
      }
    }
  },
}
