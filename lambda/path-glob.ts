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
export function meets({ items, open }: PathGlob, { segments, open: isOpen }: PathPattern): boolean {
  // The numbers of items by which the segments so far can be taken; a place may go on with the next.
  let taken = new Set([0])
  const isEnd = (count: number) => count === items.length
  for (const segment of segments) {
    const next = new Set<number>()
    for (const count of taken) {
      if (isEnd(count) && open) next.add(count)
      if (!isEnd(count) && takes(items[count] as PathItem, segment)) next.add(count + 1)
      if (count > 0 && items[count - 1] === null) next.add(count)
    }
    taken = next
  }
  for (const count of taken) if (isEnd(count) || isOpen) return true
  return false
}

function takes(item: PathItem, segment: PathPattern["segments"][number]): boolean {
  return item === null || "parameter" in segment || segment.literal === item
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
 * Globs in each spelling that is matched like them: "é" as it stands and as "%C3%A9", "@" and "%40". What is denied has to be denied in
 * all of them, and in all in which something is allowed. Null where they are too many.
 */
export function spellingsOf(globs: readonly PathGlob[]): readonly PathGlob[] | null {
  return respell(globs, (literal) => [...usualForms(literal), withoutEscapes(literal)])
}

/** Globs in the spellings that clients use, in which they are allowed. Null where these are too many. */
export function usualSpellingsOf(globs: readonly PathGlob[]): readonly PathGlob[] | null {
  return respell(globs, usualForms)
}

/** More than any document has room for: forms multiply from segment to segment. */
const maximumSpellings = 2000

function respell(
  globs: readonly PathGlob[],
  formsOf: (literal: string) => readonly string[],
): readonly PathGlob[] | null {
  const all: PathGlob[] = []
  for (const { items, open } of globs) {
    let spelled: PathItem[][] = [[]]
    for (const item of items) {
      const forms = item === null ? [item] : [...new Set(formsOf(item))]
      if (all.length + spelled.length * forms.length > maximumSpellings) return null
      spelled = spelled.flatMap((before) => forms.map((form) => [...before, form]))
    }
    for (const items of spelled) all.push({ items, open })
  }
  return all
}

/** The canonical form of a literal, that of browsers, and that of `encodeURIComponent`. */
function usualForms(literal: string): readonly string[] {
  return [literal, asBrowsersSend(literal), withEscapes(literal)]
}

// "{" stays escaped: IAM would read a variable in "${", and that a wildcard takes no "{" is denied anyway.
function withoutEscapes(literal: string): string {
  return literal.replace(/(?:%(?!7B)[0-9A-F]{2})+/g, (escapes) => {
    const raw = decodeURIComponent(escapes)
    return canonicalPath(`/${raw}`) === `/${escapes}` ? raw : escapes
  })
}

/** Browsers leave "|", "[" and "]" of a path as they stand (URL Standard, path percent-encode set), though RFC 3986 would not. */
function asBrowsersSend(literal: string): string {
  return literal.replace(/%(?:5B|5D|7C)/g, decodeURIComponent)
}

function withEscapes(literal: string): string {
  return literal.replace(/[$&+,:=@]/g, encodeURIComponent)
}
