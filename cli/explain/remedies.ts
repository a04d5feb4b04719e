import { claim } from "../../core/decision.ts"
import type { Claims, Reason } from "../../core/index.ts"
import { standardMethods } from "../../core/routes.ts"
import { describeTime } from "../moment.ts"
import { printable, printableValue } from "../printable.ts"
import { type Explained, endingFacts, endingOf } from "./explained.ts"
import { findNearRules } from "./near-rules.ts"

/** Why a request was not allowed, and what would have been. */
export interface Remedy {
  readonly wrong: string
  readonly enough: string
}

/** Says it of a decision that ended with a reason. */
export function remedyFor(reason: Reason, explained: Explained): Remedy {
  const facts = endingFacts(explained)
  return remedies[reason]({ explained, facts, claims: explained.caller.presented?.claims ?? {} })
}

interface About {
  readonly explained: Explained
  readonly facts: ReturnType<typeof endingFacts>
  /** As the token says them, true or not. */
  readonly claims: Claims
}

const remedies: Readonly<Record<Reason, (about: About) => Remedy>> = {
  path_ambiguous: ({ explained }) => ({
    wrong: `${printableValue(explained.path)} ${ambiguity(explained.path)}`,
    enough:
      "a path that every server reads in the same way: no dot segments, no empty ones, nothing encoded that needn't be",
  }),
  route_unknown: ({ explained }) => unknownRoute(explained),
  credentials_missing: ({ facts }) => ({
    wrong: facts.expected ? "the Authorization header has another scheme" : "no token came with the request",
    enough: "an access token for this API, in the header Authorization: Bearer …",
  }),
  credentials_malformed: () => ({
    wrong: "the Authorization header is not in the right form",
    enough: '"Bearer", a space and one token, without quotes around it',
  }),
  credentials_multiple: () => ({
    wrong: "the request has more than one Authorization header",
    enough: "one of them",
  }),
  token_too_large: ({ facts }) => ({
    wrong: `the token has ${facts.length} characters`,
    enough: `at most ${facts.maximumTokenLength}; take out claims that no API needs`,
  }),
  token_malformed: ({ facts }) => ({
    wrong: `the token is no JWT as it should be: expected ${facts.expected}`,
    enough: "a JWT. Issuers give out opaque tokens where no audience is asked for: ask for this API's",
  }),
  token_type: ({ facts, explained }) => ({
    wrong: wrongType(facts, explained),
    enough: `${[facts.expected ?? "an access token"].flat().join(" or ")}${facts.anyOf ? `: ${[facts.anyOf].flat().join(", ")}` : ""}`,
  }),
  critical_header: () => ({
    wrong: "its header demands an extension (crit or b64)",
    enough: "a token without",
  }),
  algorithm_not_allowed: ({ facts, explained }) => ({
    wrong: `it is signed with ${printableValue(explained.caller.presented?.header?.alg)}`,
    enough: `${[facts.allowed].flat().join(" or ")}: the policy allows no other for this issuer${facts.supported ? "; list it in its algorithms if the issuer is to use it" : ""}`,
  }),
  issuer_untrusted: ({ facts, claims }) =>
    facts.unmet
      ? { wrong: `its iss is ${printableValue(claim(claims, "iss"))}`, enough: `${facts.unmet}` }
      : {
          wrong: `its iss is ${printableValue(claim(claims, "iss"))}, and no issuer of the policy is${facts.hint ? ": one differs in the trailing slash" : ""}`,
          enough: facts.hint
            ? "the issuer in the policy, written exactly as in the token, with or without the slash at its end"
            : `a token of ${[facts.known].flat().join(" or ")}`,
        },
  key_unknown: ({ facts, explained }) => ({
    wrong: facts.keyIdGiven
      ? `of the issuer's keys that are known, no ${facts.algorithm} key has its kid, ${printableValue(explained.caller.presented?.header?.kid)}`
      : `it names no key (kid), and not just one ${facts.algorithm} key would fit`,
    enough:
      "a token that was issued since the issuer's keys changed, of this tenant and no other. If it is: an unknown key causes one fetch in half a minute, so try again",
  }),
  signature_invalid: () => ({
    wrong: "the signature doesn't fit the token and the issuer's key",
    enough: "the token just as the issuer gave it out: not edited, not cut off, and of this issuer",
  }),
  token_expired: ({ facts, explained }) => ({
    wrong: `it expired ${describeTime(Number(facts.exp), explained.decision.at)}`,
    enough: "a new token",
  }),
  token_not_yet_valid: ({ facts, explained }) => ({
    wrong: `it is good from ${describeTime(Number(facts.nbf ?? facts.iat), explained.decision.at)}`,
    enough: "clocks that agree (clockToleranceSeconds allows for a difference), or a token that is good already",
  }),
  token_lifetime: ({ facts }) => ({
    wrong:
      facts.iat === undefined
        ? "it doesn't say when it was issued (iat)"
        : `it lives ${Number(facts.exp) - Number(facts.iat)} seconds`,
    enough: `at most ${facts.maximumLifetimeSeconds} seconds (maximumLifetimeSeconds), from iat to exp`,
  }),
  audience_mismatch: ({ facts, claims }) => ({
    wrong: `its aud is ${printableValue(claim(claims, "aud"))}`,
    enough: facts.unmet ? `${facts.unmet}` : `a token for ${[facts.expected].flat().join(" or ")}`,
  }),
  claim_missing: ({ facts }) => ({
    wrong: `it has no claim ${facts.claim}`,
    enough: "a token with it, or another profile for its issuer",
  }),
  claim_invalid: ({ facts, claims }) => ({
    wrong: `its claim ${facts.claim} is ${printableValue(claim(claims, String(facts.claim)))}`,
    enough: "a value as the RFCs want it: times in seconds, sub a text, scopes a text or a list of texts",
  }),
  binding_missing: () => ({
    wrong: "it is bound to a key (cnf), and the request doesn't prove that the caller has it",
    enough: "a token that is bound to none: proofs of possession are not checked yet",
  }),
  scope_insufficient: ({ facts, explained }) => ({
    wrong: `it lacks ${lacking("scope", facts)}`,
    enough: unmet(explained),
  }),
  permission_insufficient: ({ facts, explained }) => ({
    wrong: `it lacks ${lacking("permission", facts)}`,
    enough: unmet(explained),
  }),
  requirement_unmet: ({ facts, explained }) => ({
    wrong: `this doesn't hold: ${printable(String(facts.unmet))}${facts.requirement ? `, of the requirement "${facts.requirement}"` : ""}`,
    enough: unmet(explained),
  }),
  authentication_insufficient: ({ explained, facts }) => {
    const ending = endingOf(explained)
    const { acrValues, maxAge } = ending?.outcome === "refuse" ? ending : {}
    const asks = [
      ...(acrValues ? [`acr_values="${acrValues.join(" ")}"`] : []),
      ...(maxAge === undefined ? [] : [`max_age=${maxAge}`]),
    ]
    const methods = facts.unmet === "stepUp.amr" ? `, by ${[facts.missing].flat().join(" and ")}` : ""
    return {
      wrong: `the user's authentication is not what the rule asks for (${facts.unmet})`,
      enough: `a token after the user has authenticated again${methods}${asks.length > 0 ? `; the client asks for it with ${asks.join(" and ")} (RFC 9470)` : ""}`,
    }
  },
  keys_unreachable: keysRemedy,
  keys_invalid: keysRemedy,
}

function wrongType({ found, anyOf }: About["facts"], { caller }: Explained): string {
  if (found) return `it is ${found}`
  if (anyOf) return "it has none of the claims of an access token; it may be an ID token"
  return `its typ is ${printableValue(caller.presented?.header?.typ ?? null)}`
}

function keysRemedy({ facts }: About): Remedy {
  return {
    wrong: `no keys of ${facts.issuer}: ${printable(String(facts.detail))}`,
    enough: `an issuer that answers; "edge-authorizer doctor ${facts.issuer}" says more`,
  }
}

const ambiguities: readonly (readonly [RegExp, string])[] = [
  [/\/\//, "has an empty segment"],
  [/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i, "has a dot segment"],
  [/%2f|%5c|\\/i, "has a slash or a backslash that is encoded, or no slash"],
  [/;|%3b/i, 'has a ";", which some servers cut off with what follows'],
  [/\*|\$\{/, 'has a "*" or a "${", which would widen a policy of AWS'],
  [/#/, "has a fragment"],
  [/%25[0-9a-f]{2}/i, "is encoded twice"],
  [/%(?![0-9a-f]{2})/i, 'has a "%" that begins no escape'],
]

function ambiguity(path: string): string {
  return ambiguities.find(([pattern]) => pattern.test(path))?.[1] ?? "can be read in more than one way"
}

function unknownRoute({ config, request, path }: Explained): Remedy {
  const { otherMethods, otherCase, above } = findNearRules(config.rules, null, request.method, path)
  const wrong = `no rule covers ${request.method} ${printable(path)}`
  if (otherMethods.length > 0) {
    const isAny = otherMethods.some(({ methods }) => methods === null)
    const any = isAny ? `; a rule that names none covers ${standardMethods.join(", ")}` : ""
    return { wrong, enough: `another method, as in ${names(otherMethods)}${any}` }
  }
  if (otherCase.length > 0) return { wrong, enough: `the path in the case of a rule: ${names(otherCase)}` }
  if (above.length > 0)
    return {
      wrong,
      enough: `a rule for it: ${names(above)} ${above.length === 1 ? "covers nothing below itself" : "cover nothing below themselves"}, as a final /** would`,
    }
  return { wrong, enough: "a rule for it in the policy" }
}

function names(rules: readonly { readonly name: string }[]): string {
  const [first, ...others] = rules.slice(0, 5).map(({ name }) => `"${printable(name)}"`)
  return [first, ...others].join(", ") + (rules.length > 5 ? ` and ${rules.length - 5} more` : "")
}

/** All that doesn't hold: the first alone would only lead to the next. */
function unmet({ asked }: Explained): string {
  const texts = asked.filter(({ isMet }) => !isMet).map(({ text }) => printable(text))
  return texts.join("; and ")
}

function lacking(noun: string, { missing, oneOf }: About["facts"]): string {
  const all = [missing ?? []].flat()
  const parts = [
    ...(all.length > 0 ? [`the ${noun}${all.length === 1 ? "" : "s"} ${all.join(" and ")}`] : []),
    ...(oneOf ? [`the ${noun} ${[oneOf].flat().join(" or ")}`] : []),
  ]
  return printable(parts.join(" and "))
}
