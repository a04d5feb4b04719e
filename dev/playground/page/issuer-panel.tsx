import { useRef, useState } from "preact/hooks"
import type { IssuerChange, IssuerView } from "../api.ts"
import { Field } from "./field.tsx"

const behaviours = [
  { behaviour: "well", name: "as it should" },
  { behaviour: "slow", name: "slowly" },
  { behaviour: "down", name: "not at all" },
  { behaviour: "garbage", name: "with garbage" },
] as const

const skews = [
  { seconds: -172_800, name: "2 days behind" },
  { seconds: -3600, name: "1 hour behind" },
  { seconds: -300, name: "5 minutes behind" },
  { seconds: 0, name: "right" },
  { seconds: 300, name: "5 minutes ahead" },
  { seconds: 3600, name: "1 hour ahead" },
] as const

const algorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]

interface Props {
  readonly issuer: IssuerView | null
  readonly failure: string | null
  change(change: IssuerChange): void
}

/** The issuer's keys, its clock and its moods. */
export function IssuerPanel({ issuer, failure, change }: Props) {
  const [alg, setAlg] = useState("RS256")
  const keysHeading = useRef<HTMLHeadingElement>(null)
  if (!issuer) return <section class="panel issuer" aria-label="Issuer" />
  const withdraw = (kid: string) => {
    change({ withdraw: { kid } })
    // The button goes away with its key: who works by keyboard stays here.
    keysHeading.current?.focus()
  }
  const { keys, behaviour, clockSkewSeconds, tokenProfile, keySetFetches } = issuer
  return (
    <section class="panel issuer" aria-label="Issuer">
      <h2>Issuer</h2>
      {failure !== null && (
        <p role="alert" class="alert">
          {failure}
        </p>
      )}
      <h3 ref={keysHeading} tabIndex={-1}>
        Keys
      </h3>
      <ul class="keys">
        {keys.map(({ kid, alg }, index) => (
          <li key={kid}>
            <code title={kid}>{kid.slice(0, 6)}</code> <span>{alg}</span>
            <span class="time">{index === 0 ? "signs" : "published"}</span>
            <button type="button" disabled={keys.length === 1} onClick={() => withdraw(kid)}>
              Withdraw <span class="hidden">{kid.slice(0, 6)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div class="fields">
        <Field id="algorithm" label="Algorithm of the next key">
          <select id="algorithm" value={alg} onChange={({ currentTarget }) => setAlg(currentTarget.value)}>
            {algorithms.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <button type="button" onClick={() => change({ rotate: { alg } })}>
          Rotate the keys
        </button>
      </div>
      <p class="note">The key set was fetched {keySetFetches === 1 ? "once" : `${keySetFetches} times`}.</p>
      <ul class="note">
        <li>Rotate, get a token, then Decide: it passes, with a fetch by each who met the new key.</li>
        <li>
          Rotate again at once: an unknown key causes one fetch in half a minute and no more, and new tokens are refused
          for so long.
        </li>
        <li>Take another algorithm than RS256: it is refused until the policy lists it for its issuer.</li>
        <li>Withdraw a key: it is refused once the key set has been fetched anew, which is a matter of minutes.</li>
      </ul>
      <fieldset class="row">
        <legend>The issuer answers</legend>
        {behaviours.map(({ behaviour: one, name }) => (
          <label key={one} class="choice">
            <input
              type="radio"
              name="behaviour"
              checked={one === behaviour}
              onChange={() => change({ behaviour: one })}
            />{" "}
            {name}
          </label>
        ))}
      </fieldset>
      <p class="note">Let it answer not at all, then Decide: known keys keep working. A flow that needs it fails.</p>
      <div class="fields">
        <Field id="clock" label="Clock of the issuer">
          <select
            id="clock"
            value={String(clockSkewSeconds)}
            onChange={({ currentTarget }) => change({ clockSkewSeconds: Number(currentTarget.value) })}
          >
            {skews.map(({ seconds, name }) => (
              <option key={seconds} value={String(seconds)}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <Field id="profile" label="Token profile">
          <select
            id="profile"
            value={tokenProfile}
            onChange={({ currentTarget }) =>
              change({ tokenProfile: currentTarget.value as IssuerView["tokenProfile"] })
            }
          >
            <option value="auth0">Auth0</option>
            <option value="rfc9068">RFC 9068</option>
          </select>
        </Field>
      </div>
      <p class="note">
        Both count for tokens from now on: get a new one. Five minutes ahead it is not valid yet; two days behind it has
        expired.
      </p>
    </section>
  )
}
