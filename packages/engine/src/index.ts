import './require-node.ts'
export type * from './model.ts'
export type { Engine } from './engine.ts'
export type { Health } from './health/engine-health.ts'
export type { EngineEvents } from './log/listeners.ts'
export type { OperationResult, ResultFile } from './operations/result.ts'
export type { Recovery } from './recovery/recover.ts'
export type { ApplicationResource } from './resources/applications/applications.ts'
export type { AttemptFilter, AttemptResource, AttemptSummary } from './resources/attempts/attempts.ts'
export type { AuditResource } from './resources/audit/audit.ts'
export type { DialectInfo } from './resources/dialects/dialect-info.ts'
export type { DialectResource } from './resources/dialects/dialects.ts'
export type { EndpointResource } from './resources/endpoints/endpoints.ts'
export type { EndpointSecrets, StandingSecret } from './resources/endpoints/show-secrets.ts'
export type { EndpointStats } from './resources/endpoints/stats.ts'
export type { TestResult } from './resources/endpoints/preflight.ts'
export type { MockInput, MockResult } from './resources/endpoints/trial.ts'
export type { EventTypeResource } from './resources/event-types/event-types.ts'
export type { FilterDryRun, FilterDryRunInput, FilterResource } from './resources/filters/filters.ts'
export type { SigningKey, SigningKeyReset, SigningKeyResource } from './resources/keys/signing-keys.ts'
export type { Destination, MessageResource } from './resources/messages/messages.ts'
export type { Claimed, OperationFile, OperationFilter, OperationResource } from './resources/operations/operations.ts'
export type { EndpointMessage } from './resources/messages/of-endpoint.ts'
export type { Page, PageOptions } from './resources/pages.ts'
export type { PresetResource } from './resources/presets/presets.ts'
export type { Put, Written } from './resources/put.ts'
export type { Actor, Change, Condition, Idempotency, Tags, Viewer, WriteOptions } from './write-options.ts'
export type { Clock, Random } from './clock.ts'
export { EngineError, type EngineErrorCode, type Kept } from './errors.ts'
export { defaultPolicy, type Log, type OpenOptions, type Policy } from './options.ts'
export type {
  Outcome,
  Probe,
  ProbeStep,
  ProbeStepName,
  ProbedTls,
  Timings,
  Transport,
  TransportErrorCode,
  TransportRequest,
  TransportResponse,
} from './transport/transport.ts'
export { checkTags, tagOf, tagOfApplication, tagOfEndpoint, tagOfEventType, tagOfText } from './checks/tag.ts'
export { dialectAnswer } from './resources/dialects/dialect-info.ts'
export { listOfRows, readPage } from './resources/pages.ts'
export { open } from './open.ts'
export { descriptorShares, type DescriptorShares } from './descriptors.ts'
export { isCredentialHeader } from './log/redact.ts'
