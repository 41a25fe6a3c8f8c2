import type { Dialect } from '@posthorn/wire'
import type { Clock, Random } from './clock.ts'
import type { MessageCheck, Preset } from '@posthorn/preset'
import type { Transport } from './transport/transport.ts'

/** Waits, timeout and success of deliveries that say nothing themselves. Not part of a wire format. */
export interface Policy {
  /** Seconds between attempts; `[]` is no retry. Each wait is spread by 20 % to both sides. */
  readonly retrySchedule: readonly number[]
  readonly timeoutSeconds: number
  /** Response codes after which there is no further attempt. */
  readonly terminalCodes: readonly number[]
  /** Refuse `http:` addresses. */
  readonly httpsOnly: boolean
}

export const defaultPolicy: Policy = {
  retrySchedule: [5, 300, 1800, 7200, 18000, 36000, 36000],
  timeoutSeconds: 15,
  terminalCodes: [],
  httpsOnly: false,
}

/** Bounds of what is held in memory; what exceeds them waits on disk. */
export interface Limits {
  /** Deliveries of one endpoint. */
  readonly laneItems: number
  /** Bytes of payloads of one endpoint. */
  readonly laneBytes: number
  /** Deliveries read back at a time. */
  readonly refill: number
  /** Requests that are out at once, over all endpoints. Fewer where the process has few file descriptors. */
  readonly inFlight: number
  /** Bytes of payloads over all endpoints. */
  readonly bytes: number
}

export const defaultLimits: Limits = {
  laneItems: 1000,
  laneBytes: 4 * 1024 * 1024,
  refill: 250,
  inFlight: 2048,
  bytes: 256 * 1024 * 1024,
}

export const defaultMaxFileBytes = 100 * 1024 * 1024

/** One canonical line an event; a pino logger fits. */
export interface Log {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

export interface OpenOptions {
  /** `sqlite:` and a folder, which is created; `sqlite::memory:` keeps nothing (tests). */
  readonly database: string
  /** 32 bytes, base64: encrypts secrets at rest. Without one a key is made once and kept in the data folder, mode 0600. */
  readonly secretKey?: string
  /** CIDRs that endpoints may reach although they are not public. */
  readonly allowPrivate?: readonly string[]
  /** Certificates (PEM) to trust besides the system's. */
  readonly extraCa?: readonly string[]
  /** Dialect of endpoints whose application names none; `standard`. */
  readonly defaultDialect?: string
  /** Dialects besides the built-in ones. */
  readonly dialects?: readonly Dialect[]
  /** Vendors' systems that can be applied to applications; see `@posthorn/preset`. */
  readonly presets?: readonly Preset[]
  readonly policy?: Partial<Policy>
  /** Checks of every message, besides those that its preset switches on; none. */
  readonly checks?: readonly MessageCheck[]
  /** Days of continuous failure after which an endpoint is held; 5. */
  readonly holdAfterDays?: number
  /** Days that messages and outcomes are kept; 90. */
  readonly retentionDays?: number
  readonly limits?: Partial<Limits>
  /** Bytes of one file that an operation gives; 100 MB. */
  readonly maxFileBytes?: number
  readonly log?: Log
  /** For the simulator and tests. */
  readonly clock?: Clock
  readonly random?: Random
  readonly transport?: Transport
  /** Where the store runs: its own threads, or this one (tests, the simulator). */
  readonly threads?: boolean
}
