import { readFile } from "node:fs/promises"
import type { Config } from "../../core/index.ts"
import { isJsonObject } from "../../core/json.ts"
import { CommandError } from "../command-error.ts"
import { type AuthorizerKind, cacheSettings } from "../policy/aws-cache.ts"
import type { Warning } from "./warning.ts"

/** A Lambda authorizer of a CloudFormation template, and how its answers are cached. */
export interface TemplateAuthorizer {
  readonly name: string
  readonly kind: AuthorizerKind
  /** In seconds; null where the template leaves it to a parameter or a function. */
  readonly cacheSeconds: number | null
  readonly identitySources: readonly string[]
}

/** What API Gateway takes where a template says nothing (CloudFormation, AWS::ApiGateway::Authorizer and AWS::ApiGatewayV2::Authorizer). */
const defaultSeconds = { rest: 300, http: 0 }

/**
 * Reads the Lambda authorizers of a CloudFormation template in JSON, as `sls package`, `cdk synth` and `sam build` write it.
 *
 * @throws CommandError if there is no such file, or if it is no template.
 */
export async function readTemplateAuthorizers(file: string): Promise<readonly TemplateAuthorizer[]> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new CommandError(`${file}: can't be read: ${error.message}`)
  })
  const template: unknown = parse(text, file)
  const resources = isJsonObject(template) ? template.Resources : undefined
  if (!isJsonObject(resources))
    throw new CommandError(`${file}: has no Resources; name a CloudFormation template in JSON`)
  return authorizersIn(resources)
}

/** The Lambda authorizers among the resources of a template. */
export function authorizersIn(resources: Readonly<Record<string, unknown>>): readonly TemplateAuthorizer[] {
  const webSocketApis = new Set(
    Object.entries(resources).flatMap(([name, resource]) =>
      propertiesOf(resource).ProtocolType === "WEBSOCKET" ? [name] : [],
    ),
  )
  return Object.entries(resources).flatMap(([name, resource]): TemplateAuthorizer[] => {
    const type = isJsonObject(resource) ? resource.Type : undefined
    const properties = propertiesOf(resource)
    const { IdentitySource = [], AuthorizerResultTtlInSeconds: seconds } = properties
    const identitySources = [IdentitySource]
      .flat()
      .flatMap((source) => String(source).split(","))
      .map((source) => source.trim())
    if (type === "AWS::ApiGateway::Authorizer" && ["TOKEN", "REQUEST"].includes(String(properties.Type))) {
      const kind = properties.Type === "TOKEN" ? "rest-token" : "rest-request"
      return [{ name, kind, cacheSeconds: readSeconds(seconds, defaultSeconds.rest), identitySources }]
    }
    if (type === "AWS::ApiGatewayV2::Authorizer" && properties.AuthorizerType === "REQUEST") {
      const isWebSocket = isJsonObject(properties.ApiId) && webSocketApis.has(String(properties.ApiId.Ref))
      const kind = isWebSocket ? "websocket" : properties.EnableSimpleResponses === true ? "http-simple" : "http"
      return [{ name, kind, cacheSeconds: readSeconds(seconds, defaultSeconds.http), identitySources }]
    }
    return []
  })
}

/** What is wrong with how a template caches the answers of its authorizers, if they enforce this policy. */
export function templateWarnings(
  authorizers: readonly TemplateAuthorizer[],
  { apiGateway }: Pick<Config, "apiGateway">,
): readonly Warning[] {
  return authorizers.flatMap((authorizer): Warning[] => {
    const { name, kind, cacheSeconds, identitySources } = authorizer
    const { identitySources: wanted, because } = cacheSettings(kind, apiGateway)
    if (cacheSeconds === 0 || kind === "websocket") return []
    const path = `${name}.AuthorizerResultTtlInSeconds`
    const kept = cacheSeconds === null ? "may keep answers" : `keeps answers for ${cacheSeconds} seconds`
    if (wanted === null) return [{ path, message: `${kept}, but ${because}`, remedy: "set it to 0" }]
    const missing = wanted.filter(
      (source) => !identitySources.some((one) => one.toLowerCase() === source.toLowerCase()),
    )
    if (missing.length === 0) return []
    const remedy = `set it to 0, or have the identity sources ${wanted.join(", ")}`
    return [{ path, message: `${kept} without telling calls apart by ${missing.join(", ")}; ${because}`, remedy }]
  })
}

function propertiesOf(resource: unknown): Readonly<Record<string, unknown>> {
  const properties = isJsonObject(resource) ? resource.Properties : undefined
  return isJsonObject(properties) ? properties : {}
}

function readSeconds(value: unknown, unset: number): number | null {
  if (value === undefined) return unset
  const seconds = typeof value === "object" ? Number.NaN : Number(value)
  return Number.isFinite(seconds) ? seconds : null
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError(`${file}: is not JSON; have the template written as JSON first`)
  }
}
