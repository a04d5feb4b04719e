import { claim } from "../../core/decision.ts"
import type { Check, Step } from "../../core/index.ts"
import { describeTime } from "../moment.ts"
import { printable, printableValue } from "../printable.ts"
import { type Explained, ruleOf } from "./explained.ts"
import { findNearRules } from "./near-rules.ts"

/** What a step that was passed has looked at, in a line or a few. */
export function stepText(check: Check, explained: Explained): string {
  return texts[check.step](explained)
}

const texts: Readonly<Record<Step, (explained: Explained) => string>> = {
  path: ({ path, request }) =>
    path === request.path
      ? `${printable(path)} can be read in one way only`
      : `${printable(request.path)} is read as ${printable(path)}`,
  route: (explained) => [coverage(explained), ...neighbours(explained)].join("\n"),
  credentials: ({ caller }) => (caller.kind === "claims" ? "a Bearer token, made of the claims" : "a Bearer token"),
  token: ({ caller }) => {
    const { alg, kid, typ } = caller.presented?.header ?? {}
    return alg === undefined
      ? "a JWT, made here"
      : `a JWT, signed with ${printable(alg)}; kid ${printableValue(kid)}, typ ${printableValue(typ)}`
  },
  issuer: ({ decision, config }) => {
    const { issuer, algorithm } = decision.checks.find(({ step }) => step === "issuer")?.facts ?? {}
    const profile = config.issuers.find((one) => one.issuer === issuer)?.profile
    return `${issuer} may sign with ${algorithm}; profile "${profile}"`
  },
  keys: ({ caller }) => (caller.kind === "claims" ? "a key that was made here" : "the issuer publishes a key for it"),
  signature: ({ caller }) => (caller.kind === "claims" ? "made here, so it fits" : "it fits"),
  claims: ({ caller, decision }) => {
    const claims = caller.presented?.claims ?? {}
    const exp = claim(claims, "exp")
    const end = typeof exp === "number" ? `; it expires ${describeTime(exp, decision.at)}` : ""
    return `sub ${printableValue(claim(claims, "sub"))}, aud ${printableValue(claim(claims, "aud"))}${end}`
  },
  binding: () => "it is bound to no key",
  requirements: ({ asked }) => (asked.length > 0 ? "all that the rule asks for" : "no more is asked for"),
}

function coverage(explained: Explained): string {
  const { request, path, config } = explained
  const call = `${request.method} ${printable(path)}`
  const rule = ruleOf(explained)
  if (rule) return `"${printable(rule.name)}" covers ${call}${rule.report ? "; it only reports" : ""}`
  const why = config.rules.length === 0 ? "the policy has no rules" : 'unmatched is "authenticated"'
  return `no rule covers ${call}; ${why}, so any valid token will do`
}

/** Which rules one may take for the one that decides, and why they don't. */
function neighbours({ decision, config, request, path }: Explained): string[] {
  const { otherMethods, moreGeneral } = findNearRules(config.rules, decision.rule, request.method, path)
  const lines = (rules: readonly { readonly name: string }[], why: string) => [
    ...rules.slice(0, 5).map(({ name }) => `not "${printable(name)}": ${why}`),
    ...(rules.length > 5 ? [`nor ${rules.length - 5} more: ${why}`] : []),
  ]
  return [...lines(otherMethods, "other methods"), ...lines(moreGeneral, "more general")]
}
