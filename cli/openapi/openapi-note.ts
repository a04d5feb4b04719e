/**
 * What an OpenAPI document says that a policy can't, or can't be sure of, and what was made of it. Nothing here is ever settled
 * by asking for less than the document does where that could be asked for.
 */
export const noteTexts = {
  unsupported_scheme: (name) => `only ${name} would do, which is no access token: refused (if it is one: --bearer)`,
  unchecked_scheme: (name) => `${name} is needed beside a token: the token is checked, this is left to the origin`,
  dropped_alternative: (name) => `${name} would do instead of a token: here only the token does`,
  unscoped_alternative: (name) => `${name} would do without the scopes of the others: here they are asked for`,
  joined_tokens: (name) => `${name} are needed together: here one token has to have the scopes of all`,
  roles: (name) => `roles are asked for with ${name}: here they are asked for as scopes`,
  scope_form: (name) => `${name} can't be a scope, for the characters in it: refused`,
  malformed_security: () => "what the document says of its security has the wrong form: refused",
  optional_token: () => "a token is optional: here it is needed (--optional-is-public lets everybody in)",
  undeclared_security: () => "nothing is said of security: any valid token is asked for (or --undeclared-is-public)",
  partial_segment: () => "a segment is a parameter in part, as {a}.{b}: any segment is covered, and asked for the same",
  greedy_parameter: () => "a parameter may be meant for several segments, as {a+}: it stands for one",
  query_in_path: () => "the path has a query or a fragment: only the path counts",
  wider_public: () => "more is covered than the document calls public: any valid token is asked for",
  wider_path: () => "requests of another path are covered, too: what both ask for is asked for",
  impossible_path: () => "the path can be read in more than one way: it is refused in any case",
  external_path: () => "the path is not described in this file: all of it is refused (bundle the document)",
  unknown_method: () => "the method is none in upper case: refused",
  other_servers: (paths) => `other servers have other base paths, ${paths}: refused there (choose with --base-path)`,
  same_requests: () => "described more than once: what all descriptions ask for is asked for",
  crossing_paths: () => "two paths, neither the more specific, meet here: what both ask for is asked for",
} as const satisfies Record<string, (subject: string) => string>

/** What there may be to say of an operation. */
export type NoteKind = keyof typeof noteTexts

/** One thing that could not be taken over as it stands, and where. */
export interface Note {
  readonly kind: NoteKind
  readonly text: string
  /** As "GET /orders/{id}", as they stand in the document. */
  readonly operations: readonly string[]
}

/** Takes down a note about one operation. The subject is what the text names, if it names anything. */
export type TakeNote = (kind: NoteKind, operation: string, subject?: string) => void

/** The same, where the operation is known. */
export type Say = (kind: NoteKind, subject?: string) => void

/** Takes notes, and joins what is to be said alike of several operations. */
export function createNotes(): { readonly take: TakeNote; all(): readonly Note[] } {
  const notes = new Map<string, { kind: NoteKind; text: string; operations: Set<string> }>()
  const order = Object.keys(noteTexts)
  return {
    take(kind, operation, subject = "") {
      const text = noteTexts[kind](subject)
      const note = notes.get(text) ?? { kind, text, operations: new Set() }
      note.operations.add(operation)
      notes.set(text, note)
    },
    all: () =>
      [...notes.values()]
        .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
        .map(({ operations, ...note }) => ({ ...note, operations: [...operations] })),
  }
}
