import { canonicalPath, type PathPattern } from "../core/index.ts"

/**
 * Calls as IAM can tell them apart: paths whose first segment is the method. IAM's `*` and `?` cross "/", so a place for any
 * segment is a place for one or more of them.
 */
export interface PathGlob {
  readonly items: readonly PathItem[]
  /** Whether everything below belongs to it, too. */
  readonly open: boolean
}

/** A segment, or null for one segment or more. */
type PathItem = string | null

/** The least that IAM can say which holds all paths of a pattern. */
export function globOf({ segments, open }: PathPattern): PathGlob {
  return { items: segments.map((segment) => ("literal" in segment ? segment.literal : null)), open }
}

/**
 * What a glob holds beside the paths in which each place is one segment: those where one of its places is two or more. None, if
 * all below belongs to it anyway, as after a parameter that ends an open pattern.
 */
export function straysOf({ items, open }: PathGlob): readonly PathGlob[] {
  const lastLiteral = items.findLastIndex((item) => item !== null)
  const places = items.flatMap((item, index) => (item === null && (!open || index < lastLiteral) ? [index] : []))
  // Of places side by side, a second segment in one is a second segment in the other.
  const apart = places.filter((index) => !(items[index + 1] === null && places.includes(index + 1)))
  return apart.map((index) => ({ items: items.toSpliced(index, 0, null), open }))
}

/** Whether a path could be in both. */
export function meets({ items, open }: PathGlob, pattern: PathPattern): boolean {
  return from(0, 0)

  function from(item: number, segment: number): boolean {
    const atEnd = segment >= pattern.segments.length
    if (item === items.length) return atEnd || open
    if (atEnd && !pattern.open) return false
    if (!takes(items[item] as PathItem, pattern.segments[segment])) return false
    if (from(item + 1, segment + 1)) return true
    // The place goes on; behind the end of an open pattern, going on changes nothing.
    return items[item] === null && !atEnd && from(item, segment + 1)
  }
}

function takes(item: PathItem, segment: PathPattern["segments"][number] | undefined): boolean {
  return item === null || segment === undefined || "parameter" in segment || segment.literal === item
}

/**
 * A glob in IAM's letters. A trailing slash is matched like its absence; "?" keeps a place from being empty, so that `/orders/` is
 * not taken for an order.
 */
export function textsOf({ items, open }: PathGlob): readonly string[] {
  const [method = "", ...segments] = items.map((item) => item ?? "?*")
  if (segments.length === 0) return [`${method}/${open ? "*" : ""}`]
  const text = `${method}/${segments.join("/")}`
  if (items.at(-1) === null) return [text]
  return open ? [text, `${text}/*`] : [text, `${text}/`]
}

/**
 * The same glob in each spelling that has no escape where one is optional: a client may send "é" as it stands, and it is matched like
 * "%C3%A9". What is denied has to be denied in all of them.
 */
export function spellingsOf({ items, open }: PathGlob): readonly PathGlob[] {
  let spelled: PathItem[][] = [[]]
  for (const item of items) {
    const forms = item === null ? [item] : [...new Set([item, withoutEscapes(item)])]
    spelled = spelled.flatMap((before) => forms.map((form) => [...before, form]))
  }
  return spelled.map((items) => ({ items, open }))
}

function withoutEscapes(literal: string): string {
  return literal.replace(/(?:%[0-9A-F]{2})+/g, (escapes) => {
    const raw = decodeURIComponent(escapes)
    return canonicalPath(`/${raw}`) === `/${escapes}` ? raw : escapes
  })
}
