/** The nouns of Posthorn. Begin with `fields/field.ts`, then `endpoint.ts`. */
export type { DialectVersion } from './dialect-version.ts'
export {
  endpointFields,
  Headers,
  type Endpoint,
  type EndpointPatch,
  type EndpointHold,
  type EndpointInput,
} from './endpoint.ts'
export { Filter, FilterOver } from './filter.ts'
export * from './common.ts'
export { answerShape, bodySchema, type AnswerShape } from './fields/api-schemas.ts'
export { answerOf, inputOf, patchOf } from './fields/api-values.ts'
export { inputProblem, type InputProblem } from './fields/check-input.ts'
export {
  changed,
  completed,
  created,
  defaultsOf,
  replacement,
  type Input,
  type Patch,
  type Stored,
} from './fields/noun.ts'
export { type Field, type Fields } from './fields/field.ts'
