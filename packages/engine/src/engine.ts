import type { Message, MessageInput } from '@posthorn/model'
import type { Health } from './health/engine-health.ts'
import type { EngineEvents } from './log/listeners.ts'
import type { ApplicationResource } from './resources/applications/applications.ts'
import type { AttemptResource } from './resources/attempts/attempts.ts'
import type { AuditResource } from './resources/audit/audit.ts'
import type { DialectResource } from './resources/dialects/dialects.ts'
import type { EndpointResource } from './resources/endpoints/endpoints.ts'
import type { EventTypeResource } from './resources/event-types/event-types.ts'
import type { FilterResource } from './resources/filters/filters.ts'
import type { SigningKeyResource } from './resources/keys/signing-keys.ts'
import type { MessageResource } from './resources/messages/messages.ts'
import type { OperationResource } from './resources/operations/operations.ts'
import type { PresetResource } from './resources/presets/presets.ts'
import type { WriteOptions } from './write-options.ts'

/**
 * The delivery engine. Every call that names an organisation sees nothing of another one. Ids of applications and
 * endpoints may be the vendor's own uids. All methods reject with `EngineError`.
 */
export interface Engine extends AsyncDisposable {
  readonly applications: ApplicationResource
  readonly eventTypes: EventTypeResource
  readonly endpoints: EndpointResource
  readonly presets: PresetResource
  readonly dialects: DialectResource
  readonly signingKeys: SigningKeyResource
  readonly filters: FilterResource
  readonly audit: AuditResource
  readonly messages: MessageResource
  readonly attempts: AttemptResource
  readonly operations: OperationResource
  /** Resolves when the message and its deliveries are on disk. */
  send(org: string, app: string, input: MessageInput, write?: WriteOptions): Promise<Message>
  /** One delivery again, now, as a manual attempt. */
  resend(org: string, app: string, message: string, endpoint: string, write?: WriteOptions): Promise<void>
  /** What is known now. */
  health(): Health
  /** The same after asking the store, for a readiness check; within two seconds. */
  checkHealth(): Promise<Health>
  on<K extends keyof EngineEvents>(event: K, listener: EngineEvents[K]): () => void
  /** Resolves when no delivery is due, queued or out. */
  idle(): Promise<void>
  /**
   * Stops claiming, lets what is out finish for at most `graceMs` (30 s), releases the rest, closes the store. A program does not
   * end by itself before this: an open engine delivers. `await using` calls it at the end of a block.
   */
  close(options?: { graceMs?: number }): Promise<void>
}
