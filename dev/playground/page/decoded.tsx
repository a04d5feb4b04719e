import { claimNotes, headerNotes } from "./claim-notes.ts"
import { Claims } from "./claims.tsx"
import type { DecodedToken } from "./decoded-token.ts"
import { whatItTells } from "./what-it-tells.ts"

interface Props {
  readonly decoded: DecodedToken
  /** Why it is opaque, if it is. */
  readonly whyOpaque: string
}

/** A token as it can be read, and what it tells an API. */
export function Decoded({ decoded, whyOpaque }: Props) {
  if (decoded.kind === "none")
    return <p class="empty">No token yet. Get one above, or paste one. Without one, the call is sent without.</p>
  if (decoded.kind === "broken") return <p class="empty">Not a JWT. {decoded.problem}</p>
  if (decoded.kind === "opaque")
    return (
      <p class="empty">
        <strong>Opaque.</strong> {whyOpaque}
      </p>
    )
  const { header, claims, isIdToken } = decoded
  const { can, cannot } = whatItTells(claims)
  return (
    <div>
      <Claims title="Header" claims={header} notes={headerNotes} />
      <Claims title="Claims" claims={claims} notes={claimNotes} />
      {isIdToken ? (
        <p class="note">An ID token: it tells the application who has logged in. An API has no use for it.</p>
      ) : (
        <div class="tells">
          <List title="The API can tell" lines={can} />
          <List title="It can't tell" lines={cannot} />
        </div>
      )}
    </div>
  )
}

function List({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  )
}
