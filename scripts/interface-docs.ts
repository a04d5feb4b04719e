/** What the TSDoc of interfaces says, by interface. */
export type InterfaceDocs = ReadonlyMap<string, InterfaceDoc>

export interface InterfaceDoc {
  readonly text: string
  readonly members: ReadonlyMap<string, MemberDoc>
}

export interface MemberDoc {
  /** Null for a member without a comment. */
  readonly text: string | null
  /** As it stands in the source. */
  readonly type: string
}

const interfaces = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport interface (\w+)(?: extends (\w+))? \{\n([\s\S]*?)\n\}/g
const members =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?readonly ([$\w]+)\??:\s*([\s\S]*?)(?=\n {2}(?:\/\*\*|readonly )|$)/g

/**
 * Reads the comments of exported interfaces as this project formats them, with those of what an interface extends: no parser, but
 * enough for files that `biome` keeps in form.
 */
export function readInterfaceDocs(source: string): InterfaceDocs {
  const found = [...source.matchAll(interfaces)].map(([, text = "", name = "", base, body = ""]) => {
    const own = [...body.matchAll(members)].map(([, comment, member = "", type = ""]) => {
      return [member, { text: comment === undefined ? null : plain(comment), type }] as const
    })
    return { name, base, text: plain(text), own }
  })
  const membersOf = (name: string | undefined): (readonly [string, MemberDoc])[] => {
    const one = found.find((candidate) => candidate.name === name)
    return one ? [...membersOf(one.base), ...one.own] : []
  }
  return new Map(found.map(({ name, text }) => [name, { text, members: new Map(membersOf(name)) }]))
}

/** A comment's text in one line. */
function plain(comment: string): string {
  return comment
    .replaceAll(/\n\s*\*/g, "\n")
    .replaceAll(/\s+/g, " ")
    .trim()
}
