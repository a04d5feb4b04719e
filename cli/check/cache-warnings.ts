import type { Config } from "../../core/index.ts"
import { cacheSettingFor } from "../../lambda/cache-setting.ts"
import { maximumPolicyBytes } from "../../lambda/caller-answer.ts"
import { largestPolicyBytes } from "../../lambda/caller-policy.ts"
import type { Warning } from "./warning.ts"

const path = "apiGateway.cacheKey"
const remedy = 'take "call"; `edge-authorizer policy --aws` says what to set on AWS then'

/** Settings of API Gateway's cache under which callers would be refused what the rules allow them. What is unsafe is a config error. */
export function cacheWarnings(config: Config): readonly Warning[] {
  if (config.apiGateway.cacheKey !== "token") return []
  const { because } = cacheSettingFor(config)
  const unsaid = because.map((why) => ({ path, message: `no document can say what all calls may do: ${why}`, remedy }))
  const bytes = largestPolicyBytes(config)
  if (bytes <= maximumPolicyBytes) return unsaid
  const message = `the document of a caller who may call everything takes ${bytes} bytes of ${maximumPolicyBytes}, and would be cut`
  return [...unsaid, { path, message, remedy }]
}
