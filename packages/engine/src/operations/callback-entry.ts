import type { CompiledDialect } from '@posthorn/wire'
import type { ApplicationEntry, EndpointEntry } from '../directory/directory.ts'
import type { Policy } from '../options.ts'
import type { Preset } from '@posthorn/preset'
import type { Callback } from '../store/operation-store.ts'

/** Where no preset says more: https only, ten seconds, and again after 1, 5 and 15 minutes. */
const ownPolicy: Policy = { retrySchedule: [60, 300, 900], timeoutSeconds: 10, terminalCodes: [], httpsOnly: true }

export function callbackPolicy(preset: Preset | null): Policy {
  return preset?.policy ?? ownPolicy
}

/**
 * The target of a callback: an address that is called once and that nobody configured, in the form in which the lanes know
 * targets. It is made anew for each look, so that an application's changes count at once here too. Its one param is the claim.
 * A dialect that signs does so with the application's key; a callback has no secret of its own.
 */
export function callbackEntry(
  { application, preset }: ApplicationEntry,
  { id, url }: Callback,
  claim: string,
  dialect: CompiledDialect,
): EndpointEntry {
  return {
    endpoint: { ...nobodys, id, url, org: application.org, app: application.id, params: { claim } },
    secrets: [],
    secondarySecrets: [],
    dialect,
    secondary: null,
    filter: null,
    batch: null,
    policy: callbackPolicy(preset),
  }
}

/** Always on, never held: a callback has its few attempts and that is all. */
const nobodys: Omit<EndpointEntry['endpoint'], 'id' | 'url' | 'org' | 'app' | 'params'> = {
  uid: null,
  name: '',
  description: '',
  eventTypes: null,
  platforms: null,
  filter: null,
  filterOver: 'payload',
  channels: null,
  disabled: false,
  metadata: {},
  headers: {},
  dialect: null,
  dialectVersion: null,
  secondary: null,
  retrySchedule: null,
  timeoutSeconds: null,
  batch: null,
  rateLimit: null,
  version: 1,
  signed: false,
  hold: null,
  heldAt: null,
  failingSince: null,
  resumeFrom: 0,
  createdAt: 0,
  updatedAt: 0,
}
