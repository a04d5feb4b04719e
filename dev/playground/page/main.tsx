import { render } from "preact"
import { useEffect, useState } from "preact/hooks"
import type { IssuerView, PolicyView, Setup } from "../api.ts"
import { Playground } from "./playground.tsx"
import { getSetup, listen } from "./server.ts"

function App() {
  const [setup, setSetup] = useState<Setup | null>(null)
  const [policy, setPolicy] = useState<PolicyView | null>(null)
  const [issuer, setIssuer] = useState<IssuerView | null>(null)
  const [isConnected, setConnected] = useState(true)

  useEffect(
    () =>
      listen({
        policy: setPolicy,
        issuer: setIssuer,
        connected(isConnected) {
          setConnected(isConnected)
          if (isConnected) getSetup().then(setSetup, () => setConnected(false))
        },
      }),
    [],
  )
  return (
    <>
      <Header setup={setup} />
      {!isConnected && (
        <p role="alert" class="banner">
          The playground's server does not answer. Is <code>npm start</code> running? This page connects again by
          itself.
        </p>
      )}
      {setup && <Playground {...{ setup, policy, issuer, setIssuer }} />}
    </>
  )
}

function Header({ setup }: { readonly setup: Setup | null }) {
  return (
    <header>
      <div>
        <h1>Edge Authorizer playground</h1>
        <p>Get a token by any of OAuth's flows, send it through both edges, and read why it was let in or refused.</p>
      </div>
      <dl>
        {[
          ["Issuer", setup?.issuer],
          ["API", setup?.audience],
          ["Worker", setup?.worker],
        ].map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value ?? "…"}</code>
            </dd>
          </div>
        ))}
      </dl>
    </header>
  )
}

const page = document.getElementById("page")
if (page) render(<App />, page)
