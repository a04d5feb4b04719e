import type { Config } from "../../core/index.ts"
import { partsOf } from "../../core/requirement.ts"
import type { Rule } from "../../core/routes.ts"
import { type Attempt, partOf, writeClaim } from "./attempt.ts"
import type { Draw } from "./draw.ts"
import * as words from "./vocabulary.ts"

/** Spoils one of the things that an attempt brings for a rule: by a value, by a type, or by leaving it out. */
export function spoil(full: Attempt, rule: Rule, { issuers }: Config, draw: Draw, now: number): Attempt {
  const attempt = structuredClone(full)
  const spoilt = attempt.claims
  const parts = partsOf(rule.requirement)
  const ways = parts.flatMap(({ conditions, stepUp, ...asked }): (() => void)[] => [
    ...conditions.map((condition) => () => {
      switch (condition.kind) {
        case "audience":
          spoilt.aud = draw.one(["https://other.example", "https://second.example"])
          return
        case "issuer":
          spoilt.iss = issuers.find(({ issuer }) => !condition.issuers.includes(issuer))?.issuer ?? spoilt.iss
          return
        case "principal":
          Object.assign(spoilt, draw.one([{ sub: "web@clients" }, { gty: ["client-credentials"] }, { sub: "alpha" }]))
          return
        case "grantType":
          spoilt.gty = draw.one([draw.one(condition.refused), [draw.one(condition.refused)]])
          return
        case "organization":
          writeClaim(spoilt, ["org_id"], draw.one(["org_z", "", undefined, ["org_a"]]))
          return
        case "claim":
          writeClaim(spoilt, condition.path, otherValue(draw, spoilt[condition.path[0]]))
          return
        default: {
          const part = partOf(attempt, condition)
          if (draw.chance(0.3)) part.remove()
          else part.set(draw.one([...words.headerTexts, `${part.get() ?? ""}x`, (part.get() ?? "").toUpperCase()]))
        }
      }
    }),
    ...(asked.scopes.length > 0 || asked.anyScope
      ? [() => void Object.assign(spoilt, draw.one([{ scope: "other", scp: "other" }, withoutFirst(spoilt)]))]
      : []),
    ...(asked.permissions.length > 0 || asked.anyPermission
      ? [() => void writeClaim(spoilt, ["permissions"], draw.one([undefined, ["other"], "root2"]))]
      : []),
    ...(stepUp && stepUp.acr.length > 0
      ? [() => void Object.assign(spoilt, { acr: "urn:none", "https://example.com/acr": [...stepUp.acr] })]
      : []),
    ...(stepUp && stepUp.amr.length > 0
      ? [() => void writeClaim(spoilt, ["amr"], draw.one([undefined, "otp", stepUp.amr.slice(1)]))]
      : []),
    ...(stepUp && stepUp.maxAgeSeconds !== null
      ? [() => void writeClaim(spoilt, ["auth_time"], draw.one([undefined, now - 86_400, now + 86_400, String(now)]))]
      : []),
  ])
  if (ways.length > 0) draw.one(ways)()
  return attempt
}

function withoutFirst({ scope, scp }: Record<string, unknown>) {
  const cut = (list: unknown) => String(list).split(" ").slice(1).join(" ")
  return { scope: cut(scope), scp: cut(scp) }
}

/** Another value, or one that only looks the same. */
function otherValue(draw: Draw, value: unknown): unknown {
  const lookalikes = Array.isArray(value)
    ? [value[0], value.slice(1), value.map(String), value.join(" ")]
    : [String(value), [value], Number(value) || 0, { value }]
  return draw.one([...lookalikes, undefined, null, draw.one(words.scalars)])
}
