import type { FetchLimits } from "../../core/index.ts"
import { isJsonObject } from "../../core/json.ts"
import { httpGet, type NodeAnswer } from "../../lambda/http-get.ts"

/** Something wrong with an issuer, and what a person can do about it. */
export interface IssuerProblem {
  readonly message: string
  readonly remedy: string
}

/** A document that was fetched, and how. Times are in milliseconds. */
export interface FetchedDocument {
  readonly url: string
  readonly json: Readonly<Record<string, unknown>>
  readonly answer: NodeAnswer
  readonly startedAt: number
  readonly endedAt: number
}

/** Fetches a JSON object as the authorizer would, or says why there is none in words that a person can act on. */
export async function fetchDocument(url: string, limits: FetchLimits): Promise<FetchedDocument | IssuerProblem> {
  const startedAt = Date.now()
  let answer: NodeAnswer
  try {
    answer = await httpGet(url, limits)
  } catch (error) {
    return connectionProblem(url, error, limits)
  }
  const endedAt = Date.now()
  const problem = answerProblem(url, answer)
  if (problem) return problem
  try {
    const json: unknown = JSON.parse(answer.body)
    if (isJsonObject(json)) return { url, json, answer, startedAt, endedAt }
  } catch {
    // Said below.
  }
  return bodyProblem(url, answer.body)
}

function answerProblem(url: string, { status, location }: NodeAnswer): IssuerProblem | null {
  if (status === 200) return null
  if (status >= 300 && status < 400) {
    const target = location ? (URL.parse(location, url)?.href ?? location) : "somewhere else"
    const remedy = `no redirect is followed, as it could lead to keys of anybody's: name the issuer that lives there (${target})`
    return { message: `${url} redirects to ${target} (${status})`, remedy }
  }
  if (status === 404)
    return {
      message: `there is nothing at ${url} (404)`,
      remedy:
        "see that the issuer is spelt right, with its whole path; one without discovery needs jwksUri in the policy",
    }
  if (status === 401 || status === 403)
    return { message: `${url} is not open to everybody (${status})`, remedy: "let the authorizer's network in there" }
  return { message: `${url} answers ${status}`, remedy: "try again, or see how the issuer is doing" }
}

function bodyProblem(url: string, body: string): IssuerProblem {
  if (/^\s*</.test(body))
    return {
      message: `${url} answers with a web page, not with JSON`,
      remedy: "see that this is the issuer, and not its login page, a proxy or a firewall",
    }
  return { message: `${url} doesn't answer with a JSON object`, remedy: "see that this is an OpenID Connect issuer" }
}

function connectionProblem(url: string, error: unknown, { fetchTimeoutSeconds }: FetchLimits): IssuerProblem {
  const { code = "", message = String(error), name } = error as NodeJS.ErrnoException
  const host = URL.parse(url)?.host ?? url
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return {
      message: `the name ${host} can't be resolved (DNS, ${code})`,
      remedy: "see that the domain is spelt right, and that this machine has a network",
    }
  if (code === "ECONNREFUSED")
    return {
      message: `nothing listens at ${host} (${code})`,
      remedy: "see that host and port are right, and that the issuer is running",
    }
  if (code === "ABORT_ERR" || code === "ETIMEDOUT" || name === "TimeoutError")
    return {
      message: `${url} gives no answer within ${fetchTimeoutSeconds} seconds`,
      remedy: "see that a firewall lets it through; an authorizer would treat it as down",
    }
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code))
    return {
      message: `the certificate of ${host} is not trusted: ${message} (${code})`,
      remedy: "have it mended; for an authority of your own, NODE_EXTRA_CA_CERTS names its certificate",
    }
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return { message: `${host} doesn't speak TLS (${code})`, remedy: "see that host and port are those of https" }
  return { message: `${url}: ${message || code}`, remedy: "see that the issuer can be reached from here" }
}
