export { type Algorithm, type AlgorithmName, algorithms } from "./algorithms.ts"
export { type Authorizer, authorizerOf, createAuthorizer } from "./authorizer.ts"
export { type ErrorAnswer, errorAnswer, type Problem } from "./challenge.ts"
export { type CheckedPolicy, checkPolicy, completePolicy } from "./checked-policy.ts"
export type { VerifiedToken } from "./claims.ts"
export { maximumDocumentRules } from "./compile-rules.ts"
export { type Config, type Cors, type Issuer, parseConfig, type Upstream } from "./config.ts"
export { ConfigError, type ConfigProblem } from "./config-error.ts"
export {
  type ApiGatewayInput,
  type ConfigInput,
  type CorsInput,
  defineConfig,
  type IssuerInput,
  type RouteInput,
  type UpstreamInput,
} from "./config-input.ts"
export {
  type Check,
  type CheckFacts,
  type Claims,
  claim,
  type Decision,
  type Enough,
  type Principal,
  type Reported,
  type Step,
} from "./decision.ts"
export type { Environment } from "./environment.ts"
export { grantedPaths } from "./grants.ts"
export { groupBy } from "./group-by.ts"
export { keySourceOf } from "./issuers.ts"
export type { FetchLimits, KeyLimits } from "./key-limits.ts"
export { type HttpAnswer, type HttpGet, type KeySetLoad, type KeySource, loadKeySet } from "./key-set.ts"
export { type KeySnapshot, writeSnapshot } from "./key-snapshot.ts"
export { type KeyStore, loadStored } from "./key-store.ts"
export type { MemoLimits } from "./memo-limits.ts"
export { intersect, type PathPattern, patternKey } from "./path-pattern.ts"
export { coveredMethods, type Place, placesOf } from "./places.ts"
export type { Ports } from "./ports.ts"
export type { ProfileName } from "./profiles.ts"
export type { PublicKey } from "./public-key.ts"
export { type FaultReason, type Reason, type RefusalReason, reasons } from "./reasons.ts"
export { type AccessRequest, canonicalPath } from "./request.ts"
export { looksAtHeaders, looksBeyondThePath } from "./request-parts.ts"
export { partsOf, type Requirement } from "./requirement.ts"
export type {
  ClaimTestInput,
  FromClaimInput,
  RequestTestInput,
  RequirementInput,
  ScalarInput,
  StepUpInput,
} from "./requirement-input.ts"
export type { Rule } from "./routes.ts"
export type { Signatures } from "./signatures.ts"
