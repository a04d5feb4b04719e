import { withoutTokens } from "../../cli/command-error.ts"
import { endingOf, lookInto } from "../../cli/explain/explained.ts"
import { remedyFor } from "../../cli/explain/remedies.ts"
import type { RequirementCheck } from "../../cli/explain/requirement-checks.ts"
import { stepText } from "../../cli/explain/step-text.ts"
import { printable } from "../../cli/printable.ts"
import { steps as order } from "../../core/decision.ts"
import { type AccessRequest, reasons } from "../../core/index.ts"
import type { AskedFor, Explanation } from "./api.ts"
import type { StandingAuthorizer } from "./standing-authorizer.ts"

/** Decides on a request here, and says of each step what was found. No text holds the token. */
export async function explain(
  authorizer: StandingAuthorizer,
  request: AccessRequest,
  authorization: string | null,
): Promise<Explanation> {
  const { config } = authorizer
  const caller = authorizer.callerWith(authorization)
  const decision = await caller.decide(config, request, Date.now())
  const explained = await lookInto(decision, request, config, caller)
  const ending = endingOf(explained)
  const remedy = ending && remedyFor(ending.reason, explained)
  return {
    decision,
    steps: decision.checks.map((check) => ({
      step: check.step,
      passed: check.passed,
      text: withoutTokens(check.passed || !remedy ? stepText(check, explained) : remedy.wrong),
      asked: check.step === "requirements" ? explained.asked.map(readable) : [],
    })),
    ending: ending &&
      remedy && { reason: ending.reason, text: reasons[ending.reason].text, enough: withoutTokens(remedy.enough) },
    skipped: order.filter((step) => !decision.checks.some((check) => check.step === step)),
  }
}

function readable({ text, isMet, found, parts }: RequirementCheck): AskedFor {
  return {
    text: withoutTokens(printable(text)),
    isMet,
    found: found && withoutTokens(found),
    parts: parts.map(readable),
  }
}
