import type { PathPattern } from "../core/index.ts"
import { isLiteralArn } from "./arn.ts"
import { globOf, textsOf } from "./path-glob.ts"

/** What has to be denied beside wildcards, since it would pass them as another path than the one that is meant. */
export interface Fence {
  readonly deny: readonly string[]
  /** Whether all that a resource names is denied anyway. */
  covers(text: string): boolean
  /** Whether a pattern is denied as it stands, as one of its own escapes is where a wildcard reaches. */
  takesFrom(pattern: PathPattern): boolean
}

/** The fence of a document that allows these resources, each a method, "/" and a path. */
export function fenceFor(allow: readonly string[]): Fence {
  const gaps = gapsOf(allow)
  return {
    deny: [
      ...(allow.every(isLiteralArn) ? [] : ambiguous),
      ...gaps.map(({ before, after }) => `?*/${before}*%*${after}`),
    ],
    covers(text) {
      const path = pathText(text)
      return gaps.some(
        ({ before, after }) => after === "" && path.startsWith(before) && path.includes("%", before.length),
      )
    },
    takesFrom({ segments, open }) {
      const paths = textsOf(globOf({ segments: [{ parameter: "method" }, ...segments], open })).map(pathText)
      // The "?*" for any method may be a method and a folder.
      const tails = paths.flatMap((path) => [
        path,
        ...[...path.matchAll(/\//g)].map(({ index }) => path.slice(index + 1)),
      ])
      return gaps.some(({ before, after }) =>
        tails.some(
          (tail) =>
            tail.startsWith(before) &&
            tail.endsWith(after) &&
            tail.slice(before.length, tail.length - after.length).includes("%"),
        ),
      )
    },
  }
}

/** Paths that are refused, or mean another path, whatever stands around these: see `canonicalPath`. */
const ambiguous = ["*//*", "*/./*", "*/../*", "*/.", "*/..", "*;*", "*#*", "*\\*", "*{*"]

/** A part of a path that wildcards take. */
interface Gap {
  readonly before: string
  readonly after: string
}

/**
 * What stands before the first wildcard of each path, and after the last one. Between them, what comes under another spelling would be
 * let through: `%61dmin` for `admin`, `%2e%2e` for `..`. IAM can't tell such escapes from others, so there are none. Where no path has
 * one of its own, one gap for all is shorter.
 */
function gapsOf(allow: readonly string[]): readonly Gap[] {
  const paths = allow.map(pathText).filter((path) => !isLiteralArn(path))
  const everywhere = { before: "", after: "" }
  if (!allow.some((text) => text.includes("%"))) return paths.length === 0 ? [] : [everywhere]
  const gaps = paths.map((path) => ({
    before: path.slice(0, path.search(/[*?]/)),
    after: path.slice(Math.max(path.lastIndexOf("*"), path.lastIndexOf("?")) + 1),
  }))
  return [...new Map(gaps.map((gap) => [JSON.stringify(gap), gap])).values()]
}

function pathText(text: string): string {
  return text.slice(text.indexOf("/") + 1)
}
