/** The nouns of Posthorn. Begin with `fields/field.ts`, then `endpoint.ts`. */
export {
  applicationFields,
  changedFacts,
  type Application,
  type ApplicationInput,
  type ApplicationPatch,
  type Facts,
} from './application.ts'
export { attemptFields, AttemptResult, type Attempt, type AttemptTrigger } from './attempt.ts'
export { auditEntryFields, type AuditEntry } from './audit-entry.ts'
export { deliveryFields, DeliveryState, type Delivery } from './delivery.ts'
export type { DialectVersion } from './dialect-version.ts'
export {
  endpointFields,
  Headers,
  type Endpoint,
  type EndpointHold,
  type EndpointInput,
  type EndpointPatch,
} from './endpoint.ts'
export { eventTypeFields, type EventType, type EventTypeInput, type EventTypePatch } from './event-type.ts'
export { Filter, FilterOver } from './filter.ts'
export { messageFields, type Message, type MessageInput } from './message.ts'
export { isOrganisationId, organisationForm } from './organisation.ts'
export { dataProblem, type DataProblem } from './plain-data.ts'
export { operationFields, OperationState, type Operation, type OperationInput } from './operation.ts'
export * from './common.ts'
export { twoValues } from './fields/aliases.ts'
export { answerShape, bodySchema } from './fields/api-schemas.ts'
export { answerOf, inputOf, patchOf } from './fields/api-values.ts'
export { inputProblem, type InputKind } from './fields/check-input.ts'
export { inSentences, missingText } from './fields/issue-text.ts'
export { vendorFieldsChanged, withoutVendorFields } from './fields/set-by.ts'
export { changed, completed, created, defaultsOf, replacement } from './fields/noun.ts'
export type { Field, Fields } from './fields/field.ts'
