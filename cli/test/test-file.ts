import { dirname, join } from "node:path"
import * as v from "valibot"
import { type Document, isNode, LineCounter, parseDocument } from "yaml"
import type { AccessRequest, RefusalReason } from "../../core/index.ts"
import type { OfflineClaims } from "../caller/offline.ts"
import { CommandError } from "../command-error.ts"
import { readText } from "../json-file.ts"
import { type ExpectationContent, type ExpectedContent, testFileSchema } from "./test-schema.ts"
import { readTime } from "./test-time.ts"

/** A file of expectations, checked. */
export interface TestFile {
  /** The policy that it names, from where it lies; null where it names none. */
  readonly policy: string | null
  readonly expectations: readonly Expectation[]
}

/** What is expected of one request. */
export interface Expectation {
  readonly name: string
  /** "file:line". */
  readonly place: string
  /** Claims whose times are still as they were written; null for no token. */
  readonly claims: OfflineClaims | null
  /** Who asks, as it was written. */
  readonly token: string
  readonly request: AccessRequest
  /** In milliseconds since the epoch. */
  readonly at: number
  readonly expected: Expected
}

/** What a decision has to be; what is left out may be anything. */
export type Expected = { readonly rule?: string | undefined } & (
  | { readonly outcome: "allow"; readonly reported?: RefusalReason | undefined }
  | {
      readonly outcome: "refuse"
      readonly reason: RefusalReason
      readonly scope?: readonly string[] | undefined
      readonly acrValues?: readonly string[] | undefined
      readonly maxAge?: number | undefined
    }
)

/** The claims that hold times (RFC 7519 §4.1, OpenID Connect Core §2). */
const timeClaims = ["exp", "nbf", "iat", "auth_time"]

/**
 * Reads a file of expectations, YAML or JSON. `now` is what times are relative to where the file names no other, in milliseconds.
 *
 * @throws CommandError with every problem, each with its line and its path.
 */
export async function readTestFile(file: string, now: number): Promise<TestFile> {
  const text = await readText(file)
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error" })
  const lineAt = (offset: number) => lineCounter.linePos(offset).line
  if (document.errors.length > 0)
    throw new CommandError(
      document.errors.map(({ pos, message }) => `${file}:${lineAt(pos[0])}: ${message}`).join("\n"),
    )

  const problems: string[] = []
  const refuse = (path: readonly Key[], remedy: string) => {
    problems.push(`${file}:${lineAt(offsetOf(document, path))}: ${writePath(path)}: ${remedy}`)
  }
  const result = v.safeParse(testFileSchema, toData(document, file))
  if (!result.success) {
    for (const { path, message } of result.issues)
      refuse(
        (path ?? []).map(({ key }) => key as Key),
        message,
      )
    throw new CommandError(problems.join("\n"))
  }

  const { policy, at, tokens, expectations } = result.output
  const timeOf = (time: string | undefined, otherwise: number, path: readonly Key[]) => {
    const read = time === undefined ? otherwise : readTime(time, otherwise)
    if (read === null) refuse(path, `"${time}" is no time; write "2026-01-15T09:00:00Z", "5m ago" or "in 1h"`)
    return read ?? otherwise
  }
  const fileTime = timeOf(at, now, ["at"])
  const read = expectations.flatMap((content, index) => {
    const path = ["expectations", index]
    const time = timeOf(content.at, fileTime, [...path, "at"])
    const claims = claimsOf(content, tokens, (key, remedy) => refuse([...path, key], remedy))
    const timed = claims && withTimes(claims, time, (remedy) => refuse(path, remedy))
    const hasTwo = timed !== null && requestsOf(content).some(({ headers }) => headers.authorization !== undefined)
    if (hasTwo) refuse(path, "has a token, and an authorization header as well; leave one of them out")
    const place = `${file}:${lineAt(offsetOf(document, path))}`
    return requestsOf(content).map((request) => ({
      name: nameOf(content, request),
      place,
      token: content.token ?? (claims ? "these claims" : "no token"),
      claims: timed,
      request,
      at: time,
      expected: expectedOf(content.expect, content.reported),
    }))
  })
  if (problems.length > 0) throw new CommandError(problems.join("\n"))
  return { policy: policy === undefined ? null : join(dirname(file), policy), expectations: read }
}

function requestsOf({ request, requests, headers }: ExpectationContent): readonly AccessRequest[] {
  return [request ?? [], requests ?? []].flat().map((one) => {
    const all = Object.entries({ ...headers, ...one.headers }).map(([name, value]) => [name.toLowerCase(), value])
    return { method: one.method, path: one.path, query: one.query, headers: Object.fromEntries(all) }
  })
}

/** The claims of the token that is named, with those beside it in their place; null for no token. */
function claimsOf(
  { token, claims }: ExpectationContent,
  tokens: Readonly<Record<string, OfflineClaims>>,
  refuse: (key: string, remedy: string) => void,
): OfflineClaims | null {
  if (token === undefined) return claims ?? null
  if (token === "none") {
    if (claims) refuse("claims", "no token has no claims; leave out the one or the other")
    return null
  }
  const named = Object.hasOwn(tokens, token) ? tokens[token] : undefined
  const known = Object.keys(tokens).join(", ") || "none"
  if (!named) refuse("token", `there is no token named "${token}"; there are: ${known}`)
  return { ...named, ...claims }
}

/** NumericDates in the place of times; a text could be none of these claims. */
function withTimes(claims: OfflineClaims, now: number, refuse: (remedy: string) => void): OfflineClaims {
  const times = timeClaims.flatMap((name) => {
    const value = claims[name]
    if (typeof value !== "string") return []
    const time = readTime(value, now)
    if (time === null) refuse(`${name}: "${value}" is no time; write "2026-01-15T09:00:00Z", "5m ago", or seconds`)
    return [[name, Math.floor((time ?? now) / 1000)]]
  })
  return { ...claims, ...Object.fromEntries(times) }
}

function nameOf({ name, token, claims, requests }: ExpectationContent, { method, path, query }: AccessRequest): string {
  const line = `${method} ${path}${query ? `?${query}` : ""}`
  if (name !== undefined) return requests ? `${name}: ${line}` : name
  return `${token ?? (claims ? "these claims" : "none")} ${line}`
}

function expectedOf(expect: ExpectedContent, reported: RefusalReason | undefined): Expected {
  if (expect === "allow") return { outcome: "allow", reported }
  if (typeof expect === "string") return { outcome: "refuse", reason: expect }
  const { rule, refuse, scope, acrValues, maxAge } = expect
  if (refuse === undefined) return { outcome: "allow", rule, reported }
  return { outcome: "refuse", reason: refuse, rule, scope, acrValues, maxAge }
}

type Key = string | number

/** Where the value with this path begins, or as much of the path as is there. */
function offsetOf(document: Document, path: readonly Key[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

/** `expectations[3].expect`, as one would write it in code. */
function writePath(path: readonly Key[]): string {
  const steps = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
  return steps.join("").replace(/^\./, "") || "(the whole file)"
}

function toData(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`)
  }
}
