import type { CompiledDialect } from '@posthorn/wire'
import type { CompiledFilter, Preset } from '@posthorn/preset'
import type { Application, Endpoint } from '../model.ts'
import type { Policy } from '../options.ts'
import type { SealedSecret } from '../store/catalog.ts'
import type { Target } from '../target.ts'
import type { BatchTerms } from './batch-terms.ts'
import type { SealedSecrets } from './places.ts'

/** A customer of a vendor in memory, with its endpoints. */
export interface ApplicationEntry {
  readonly application: Application
  /** The vendor's system that was applied. */
  readonly preset: Preset | null
  /** The signing key of all endpoints, newest first; empty where each endpoint has its own. */
  readonly keys: readonly SealedSecret[]
  /** Version of its configuration; an accept that was matched with an older one is matched again. */
  readonly version: number
  /** In id order, which is order of creation. */
  readonly endpoints: Map<string, EndpointEntry>
}

/** Everything that sending to a target needs, worked out once for each change of configuration. */
export interface TargetEntry {
  readonly target: Target
  readonly org: string
  readonly app: string
  readonly url: string
  /** Headers that its owner added. */
  readonly headers: Readonly<Record<string, string>>
  /** Values that the dialect may ask for: the application's under the target's own. A message's win over both. */
  readonly params: Readonly<Record<string, string>>
  /** It has no params of its own, so a body that was made for one such target is good for all of the same dialect. */
  readonly sharesBodies: boolean
  readonly dialect: CompiledDialect
  /** The second format on its requests, where there is one. */
  readonly secondary: CompiledDialect | null
  /** What signs in the dialect, and in the second format. */
  readonly signing: SealedSecrets
  readonly secondarySigning: SealedSecrets
  /** Nearest wins: endpoint, preset, server. */
  readonly policy: Policy
  /** How its messages leave together; `null`: each alone. */
  readonly batch: BatchTerms | null
  /** It may be sent to: switched on by its owner, and not held. */
  readonly open: boolean
  /** Stored work that was due before this moment stays held. */
  readonly resumeFrom: number
  /** Its receiver asked for no request before this time; `null`: it did not ask. */
  readonly pausedUntil: number | null
}

export interface EndpointEntry extends TargetEntry {
  readonly endpoint: Endpoint
  /** Its own secrets, newest first. They do not sign where the application has a key for all endpoints. */
  readonly secrets: readonly SealedSecret[]
  readonly secondarySecrets: readonly SealedSecret[]
  readonly filter: CompiledFilter | null
}
