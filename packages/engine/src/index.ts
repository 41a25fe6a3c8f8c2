import './require-node.ts'
export type * from './model.ts'
export type * from './engine.ts'
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
export { open } from './open.ts'
export { isCredentialHeader } from './log/redact.ts'
