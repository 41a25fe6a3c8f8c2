import type { Scope } from '@posthorn/api'

/** Who makes a request. Everything here comes from the token; a request cannot change its organisation. */
export interface Caller {
  readonly org: string
  /** For the audit log: the token's subject, and for whom it acts where its claim `act` says so. */
  readonly actor: string
  /** The application of an application's token; `null`: the organisation's. */
  readonly app: string | null
  /** `null`: everything that the subject may. */
  readonly scopes: ReadonlySet<Scope> | null
  /** Of an application's token: event types with other flags do not exist for it. Absent: all of them do. */
  readonly featureFlags?: readonly string[]
  /** Milliseconds since the epoch; `null`: the token does not expire. */
  readonly expiresAt: number | null
}
