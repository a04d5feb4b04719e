import { isLiteralArn } from "./arn.ts"

/** What has to be denied beside wildcards, since it would pass them as another path than the one that is meant. */
export interface Fence {
  readonly deny: readonly string[]
  /** Whether all that a resource names is denied anyway. */
  covers(text: string): boolean
}

/** The fence of a document that allows these resources, each a method, "/" and a path. */
export function fenceFor(allow: readonly string[]): Fence {
  const prefixes = wildPrefixes(allow)
  return {
    deny: [...(allow.every(isLiteralArn) ? [] : ambiguous), ...prefixes.map((prefix) => `?*/${prefix}*%*`)],
    covers(text) {
      const path = pathText(text)
      return prefixes.some((prefix) => path.startsWith(prefix) && path.includes("%", prefix.length))
    },
  }
}

/** Paths that are refused, or mean another path, whatever stands around these: see `canonicalPath`. */
const ambiguous = ["*//*", "*/./*", "*/../*", "*/.", "*/..", "*;*", "*#*", "*\\*", "*{*"]

/**
 * What stands before the first wildcard of each path. Behind it, what comes under another spelling would be let through: `%61dmin`
 * for `admin`, `%2e%2e` for `..`. IAM can't tell such escapes from others, so behind a wildcard there are none.
 */
function wildPrefixes(allow: readonly string[]): readonly string[] {
  const paths = allow.map(pathText).filter((path) => !isLiteralArn(path))
  const prefixes = allow.some((text) => text.includes("%"))
    ? paths.map((path) => path.slice(0, path.search(/[*?]/)))
    : [""]
  return paths.length === 0 ? [] : [...new Set(prefixes)]
}

function pathText(text: string): string {
  return text.slice(text.indexOf("/") + 1)
}
