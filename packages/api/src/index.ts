export { ApiError } from './client-error.ts'
export {
  createClient,
  type CallInput,
  type Client,
  type ClientOptions,
  type EventStream,
  type StreamListener,
} from './client.ts'
export { openApiDocument } from './openapi.ts'
export type { BodyInputOf, BodyOf, ParamsOf, QueryOf, ResponseOf, Route } from './route.ts'
export { routes, type ApiRoute, type OperationId, type RouteOf } from './routes/index.ts'
export { scopeNames, scopes, type Scope } from './scopes.ts'
export type { ApplicationIn, ApplicationOut, ApplicationPatch } from './schemas/application.ts'
export type { AttemptOut, MessageEndpointOut } from './schemas/attempt.ts'
export type { DialectOut } from './schemas/dialect.ts'
export type { EndpointIn, EndpointOut, EndpointPatch, EndpointUpsertIn, MockOut, TestOut } from './schemas/endpoint.ts'
export type { EventTypeIn, EventTypeOut, EventTypePatch } from './schemas/event-type.ts'
export type { LogEntry } from './schemas/log.ts'
export type { EndpointMessageOut, MessageIn, MessageOut } from './schemas/message.ts'
export type { OperationClaimOut, OperationIn, OperationOut } from './schemas/operation.ts'
export type { PresetOut } from './schemas/preset.ts'
export type { Status, StatusText } from './schemas/status.ts'
