import { expect, test, vi } from "vitest"
import { parseConfig } from "../../core/index.ts"
import { evaluate, type Policy } from "../../dev/gateway/iam.ts"
import { handlerOf } from "../../lambda/handler.ts"
import { policy, standingPorts, tokenOf } from "../core/standing-issuer.ts"

const config = parseConfig(policy([{ path: "/orders/:id" }]))
const ports = { ...standingPorts(), settle: async () => {}, prefetch: () => {} }
const stage = "arn:aws:execute-api:eu-central-1:123456789012:api/$default"

// API Gateway may write the path of an ARN in another way than that of the event, and IAM reads the ARN as a pattern.
test.each([
  ["7", "7", "allow"],
  ["%2A", "*", "explicit deny"],
  ["a%3F", "a?", "explicit deny"],
  ["7", "*", "explicit deny"],
])("asked for /orders/%s under an ARN of orders/%s: %s", async (inEvent, inArn, said) => {
  vi.spyOn(console, "log").mockImplementation(() => {})
  const routeArn = `${stage}/GET/orders/${inArn}`
  const answer = await handlerOf(config, ports, { simpleResponses: false })({
    version: "2.0",
    type: "REQUEST",
    routeArn,
    rawPath: `/orders/${inEvent}`,
    rawQueryString: "",
    headers: { authorization: `Bearer ${tokenOf({})}` },
    requestContext: { stage: "$default", routeKey: "$default", http: { method: "GET" } },
  })
  const { policyDocument } = answer as { policyDocument: Policy }
  expect(evaluate(policyDocument, routeArn)).toBe(said)
  expect(evaluate(policyDocument, `${stage}/GET/orders/8`)).not.toBe("allow")
})
