import type { RequestListener } from "node:http"
import { gzipSync } from "node:zlib"
import type { FaultReason, IssuerInput } from "../../core/index.ts"
import type { SigningIssuer } from "../support/signing-issuer.ts"

/** One way in which an issuer fails. Wherever its answer has a body, the right keys are in it: believing it would let a token in. */
export interface HostileAnswer {
  readonly name: string
  readonly profile?: IssuerInput["profile"]
  /** `elsewhere` has the right keys too, but nobody should ask it. */
  readonly answer: (keySet: string, elsewhere: SigningIssuer) => RequestListener
  readonly reason: FaultReason
  /** What the Lambda function calls it, if not the same. */
  readonly reasonOnLambda?: FaultReason
  /** Whether it keeps a request for as long as it is allowed to. */
  readonly givenUp?: true
}

const discoveryPath = "/.well-known/openid-configuration"
const megabytes = (count: number) => " ".repeat(count * 1_000_000)
const send =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)
const named =
  (document: (own: string, elsewhere: SigningIssuer) => object) =>
  (keySet: string, elsewhere: SigningIssuer): RequestListener =>
  (request, response) => {
    const own = `http://${request.headers.host}/`
    const body = request.url === discoveryPath ? JSON.stringify(document(own, elsewhere)) : keySet
    send(body)(request, response)
  }

export const hostileAnswers: readonly HostileAnswer[] = [
  ...[301, 302, 303, 307, 308].map(
    (status): HostileAnswer => ({
      name: `redirects (${status})`,
      answer: (keySet, elsewhere) => send(keySet, status, { location: elsewhere.jwksUri }),
      reason: "keys_unreachable",
    }),
  ),
  ...[201, 206, 300, 404, 429, 500, 503].map(
    (status): HostileAnswer => ({
      name: `answers ${status}`,
      answer: (keySet) => send(keySet, status),
      reason: "keys_unreachable",
    }),
  ),
  {
    name: "hangs up",
    answer: () => (request) => void request.destroy(),
    reason: "keys_unreachable",
  },
  {
    name: "breaks off a body of known length",
    answer: (keySet) => (_request, response) =>
      void response.writeHead(200, { "content-length": "9999" }).write(keySet, () => response.destroy()),
    reason: "keys_unreachable",
  },
  {
    name: "breaks off a body in chunks",
    answer: (keySet) => (_request, response) => void response.write(keySet, () => response.destroy()),
    reason: "keys_unreachable",
  },
  { name: "sends half of its JSON", answer: (keySet) => send(keySet.slice(0, -1)), reason: "keys_invalid" },
  { name: "sends nothing", answer: () => send(""), reason: "keys_invalid" },
  {
    name: "sends a page",
    answer: () => send("<!doctype html><title>Sign in</title>", 200, { "content-type": "text/html" }),
    reason: "keys_invalid",
  },
  { name: "sends its keys as a list", answer: (keySet) => send(`[${keySet}]`), reason: "keys_invalid" },
  { name: "sends no key", answer: () => send('{"keys":[]}'), reason: "keys_invalid" },
  { name: "sends no key of use", answer: () => send('{"keys":[{"kty":"oct","k":"AA"},1]}'), reason: "keys_invalid" },
  {
    name: "sends more than 100 keys",
    answer: (keySet) => send(JSON.stringify({ keys: Array.from({ length: 101 }, () => JSON.parse(keySet).keys[0]) })),
    reason: "keys_invalid",
  },
  { name: "sends 5 MB", answer: (keySet) => send(keySet + megabytes(5)), reason: "keys_unreachable" },
  {
    name: "sends 5 MB in a few bytes",
    answer: (keySet) => send(gzipSync(keySet + megabytes(5)), 200, { "content-encoding": "gzip" }),
    reason: "keys_unreachable",
    // node:http unpacks nothing, and did not ask for this either.
    reasonOnLambda: "keys_invalid",
  },
  {
    name: "sends without end",
    answer: () => (_request, response) => {
      const more = () => {
        if (!response.destroyed) response.write(megabytes(0.1), more)
      }
      more()
    },
    reason: "keys_unreachable",
  },
  { name: "never answers", answer: () => () => {}, reason: "keys_unreachable", givenUp: true },
  {
    name: "never comes to the end of its answer",
    answer: (keySet) => (_request, response) => void response.write(keySet),
    reason: "keys_unreachable",
    givenUp: true,
  },
  {
    name: "always sends a little more",
    answer: (keySet) => (_request, response) => {
      response.write(keySet)
      const drip = setInterval(() => response.write(" "), 100)
      response.once("close", () => clearInterval(drip))
    },
    reason: "keys_unreachable",
    givenUp: true,
  },
  {
    name: "takes its time over each of two documents",
    profile: "oidc",
    answer: (keySet, elsewhere) => (request, response) => {
      if (request.url !== discoveryPath) return
      const answer = named((issuer) => ({ issuer, jwks_uri: `${issuer}.well-known/jwks.json` }))(keySet, elsewhere)
      setTimeout(() => answer(request, response), 700)
    },
    reason: "keys_unreachable",
    givenUp: true,
  },
  {
    name: "names another issuer in its discovery document",
    profile: "oidc",
    answer: named((_own, { issuer, jwksUri }) => ({ issuer, jwks_uri: jwksUri })),
    reason: "keys_invalid",
  },
  ...["http://169.254.169.254/keys", "http://example.com/keys", "file:///etc/keys", "/keys"].map(
    (jwks_uri): HostileAnswer => ({
      name: `sends the guard to ${jwks_uri}`,
      profile: "oidc",
      answer: named((issuer) => ({ issuer, jwks_uri })),
      reason: "keys_invalid",
    }),
  ),
]
