import type { CompiledDialect } from '@posthorn/wire'
import type { Preset } from '@posthorn/preset'
import type { ApplicationEntry, TargetEntry } from './entries.ts'
import { isShared } from './rotation.ts'
import { keyPlace } from './places.ts'
import type { Policy } from '../options.ts'
import type { Callback } from '../store/operation-store.ts'

/** Where no preset says more: https only, ten seconds, and again after 1, 5 and 15 minutes. */
const ownPolicy: Policy = { retrySchedule: [60, 300, 900], timeoutSeconds: 10, terminalCodes: [], httpsOnly: true }

export function callbackPolicy(preset: Preset | null): Policy {
  return preset?.policy ?? ownPolicy
}

/**
 * The target of a callback: an address that is called once and that is no endpoint. It is always open and never held, since a
 * callback has a few attempts only. Its one param is the claim. A dialect that signs does so with the application's key,
 * because a callback has no secret of its own.
 */
export function callbackEntry(
  { application, preset, keys }: ApplicationEntry,
  { id, url }: Callback,
  claim: string,
  dialect: CompiledDialect,
): TargetEntry {
  return {
    target: { kind: 'operation', id },
    org: application.org,
    app: application.id,
    url,
    headers: {},
    params: { ...application.params, claim },
    sharesBodies: false,
    dialect,
    secondary: null,
    signing: { place: keyPlace(application.id), secrets: isShared(dialect) ? keys : [] },
    secondarySigning: { place: keyPlace(application.id), secrets: [] },
    policy: callbackPolicy(preset),
    batch: null,
    open: true,
    resumeFrom: 0,
    pausedUntil: null,
  }
}
