import type { Config, VerifiedToken } from "../../core/index.ts"
import { cacheSettingFor } from "../../lambda/cache-setting.ts"
import { maximumPolicyBytes, policyBytesFor } from "../../lambda/caller-answer.ts"
import { callerPolicies, largestPolicyBytes } from "../../lambda/caller-policy.ts"
import { allowCaller, type PolicyDocument } from "../../lambda/iam-policy.ts"
import { style } from "../style.ts"
import { table } from "../table.ts"
import { type AuthorizerKind, authorizerKinds, cacheSettings } from "./aws-cache.ts"

const names: Readonly<Record<AuthorizerKind, string>> = {
  "rest-token": "REST, TOKEN",
  "rest-request": "REST, REQUEST",
  http: "HTTP, IAM policies",
  "http-simple": "HTTP, simple",
  websocket: "WebSocket",
}

const keys = {
  token: 'the token alone (cacheKey: "token"): one answer says all that its caller may call',
  call: 'the token, the method and the path (cacheKey: "call"): an answer is for the one call',
  none: "nothing (no cacheKey): every call is asked about",
}

const notes = [
  "A kept answer outlives its token, and a change of the policy, by up to that time; 60 seconds are",
  "within what clocks may differ by. Kept by the token alone, an answer can't say why a call was",
  "refused, and refuses a percent-escape in a place for any segment (:id, /**). What an authorizer",
  "refuses by saying nothing of it, a resource policy could allow: let it deny, and never allow.",
]

/** What to set API Gateway to for a policy, and why; as text of at most 100 columns. */
export function describeAwsSettings(config: Config): string {
  const { apiGateway } = config
  const { cacheKey, because } = cacheSettingFor(config)
  const rows = authorizerKinds.map((kind) => {
    const { identitySources, because: why } = cacheSettings(kind, apiGateway)
    return [
      names[kind],
      identitySources ? "up to 3600" : kind === "websocket" ? "none" : "0",
      identitySources?.join("\n") ?? "",
      why,
    ]
  })
  const parts = [
    table(
      [],
      [
        ["The policy says", `API Gateway may keep answers by ${keys[apiGateway.cacheKey ?? "none"]}`],
        ["Its rules allow", keys[cacheKey ?? "none"]],
        ...because.map((why, index) => [index === 0 ? "and no more, since" : "", why]),
        ...(cacheKey === "token" ? [["", describeSize(config)]] : []),
        ...(cacheKey !== apiGateway.cacheKey ? [["To change it", adviceFor(cacheKey)]] : []),
      ],
    ),
    table(["Authorizer", "Seconds", "Identity sources", "Why"], rows),
    style.dim(notes.join("\n")),
  ]
  return parts.join("\n\n")
}

function adviceFor(cacheKey: "token" | "call" | null): string {
  if (cacheKey === null) return "leave out apiGateway.cacheKey"
  return `write apiGateway: { cacheKey: "${cacheKey}" } into the policy${cacheKey === "token" ? ', or "call"' : ""}`
}

function describeSize(config: Config): string {
  return `The document of a caller who may call everything takes ${largestPolicyBytes(config)} bytes of ${maximumPolicyBytes}.`
}

/** A stage to show documents of. */
const someStage = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/prod"

/** The document for all calls of a caller, on a stage that stands for any; and the rules that it can't say. */
export function callerDocument(
  config: Config,
  token: VerifiedToken | null,
): { readonly document: PolicyDocument; readonly unsaid: readonly string[] } {
  const policy = callerPolicies(config)(token, policyBytesFor(token), someStage)
  const arn = { text: `${someStage}/GET/`, stageArn: someStage, stage: "prod", method: "GET", path: "/" }
  return { document: allowCaller(policy, arn), unsaid: policy.unsaid.map(({ name }) => name) }
}

/** What to know about such a document. */
export function describeDocument({ apiGateway }: Config, unsaid: readonly string[]): string {
  const lines = ["For all calls of this caller, on a stage that stands for any."]
  if (apiGateway.cacheKey !== "token")
    lines.push(`It is given with cacheKey: "token"; now an answer is for the one call.`)
  if (unsaid.length > 0)
    lines.push(`Left out, though the rules allow it: ${unsaid.map((name) => `"${name}"`).join(", ")}`)
  return lines.join("\n")
}
