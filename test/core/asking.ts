import { verifyClaims } from "../../core/claims.ts"
import { isRejection, type Rejection } from "../../core/decision.ts"
import {
  type ConfigInput,
  canonicalPath,
  type IssuerInput,
  parseConfig,
  type RequirementInput,
} from "../../core/index.ts"
import { parseJsonObject } from "../../core/json.ts"
import { checkRequirements } from "../../core/requirements.ts"
import type { SignedPayload } from "../../core/verify.ts"
import { nowSeconds, ordinaryClaims, policy } from "./standing-issuer.ts"

/** What a requirement is asked of, where it isn't ordinary: `GET /`, with ordinary claims, now. */
export interface Asked {
  /** An object, where undefined takes a claim away; or the claims as JSON text, without braces, beside the ordinary ones. */
  readonly claims?: object | string
  /** The rule's path. */
  readonly pattern?: string
  /** As sent. */
  readonly path?: string
  /** Null for one that the edge was not shown. */
  readonly query?: string | null
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly requirements?: ConfigInput["requirements"]
  /** How the token's issuer is configured. */
  readonly issuer?: Partial<IssuerInput>
  readonly otherIssuers?: readonly IssuerInput[]
  readonly now?: number
  readonly clockToleranceSeconds?: number
}

/** What a token and its request lack of what a rule asks for; null for nothing. */
export function lackOf(requirement: RequirementInput, asked: Asked = {}): Rejection | null {
  const { pattern = "/**", path = "/", query = "", headers = {}, claims = {}, now = nowSeconds } = asked
  const { issuers = [], ...rest } = policy([{ path: pattern, ...requirement }], asked.issuer)
  const config = parseConfig({
    ...rest,
    issuers: [...issuers, ...(asked.otherIssuers ?? [])],
    ...(asked.requirements && { requirements: asked.requirements }),
    clockToleranceSeconds: asked.clockToleranceSeconds ?? 5,
  })
  const payload = readClaims(claims)
  const issuer = config.issuers.find((one) => one.issuer === payload.iss)
  const canonical = canonicalPath(path)
  const [rule] = config.rules
  if (!issuer || !rule || canonical === null) throw new Error("the test is wrong")
  const token = verifyClaims({ payload } as SignedPayload, issuer, nowSeconds, config.clockToleranceSeconds)
  if (isRejection(token)) throw new Error(`the test is wrong: ${JSON.stringify(token)}`)
  return checkRequirements(token, rule.requirement, {
    request: { path: canonical, headers, ...(query !== null && { query }) },
    issuer,
    now,
    clockToleranceSeconds: config.clockToleranceSeconds,
  })
}

/** "met", or the reason why not. */
export function outcomeOf(requirement: RequirementInput, asked?: Asked): string {
  const lack = lackOf(requirement, asked)
  return lack === null ? "met" : lack.reason
}

/** As they come out of a token: what is undefined is not there, and every name is the object's own. */
function readClaims(claims: object | string): Record<string, unknown> {
  const ordinary = JSON.stringify(ordinaryClaims)
  const text =
    typeof claims === "string"
      ? `${ordinary.slice(0, -1)},${claims}}`
      : JSON.stringify({ ...ordinaryClaims, ...claims })
  const payload = parseJsonObject(new TextEncoder().encode(text))
  if (payload === null) throw new Error(`the test is wrong: ${text}`)
  return payload
}
