import type { CompiledDialect } from '@posthorn/wire'
import { idempotencyRecord } from '../accept.ts'
import { deliver } from '../deliver.ts'
import type { EndpointEntry } from '../directory.ts'
import type { EndpointInput, Engine } from '../engine.ts'
import { EngineError } from '../errors.ts'
import type { Application, Endpoint } from '../model.ts'
import {
  checkChannels,
  checkHeaders,
  checkMetadata,
  checkParams,
  checkRetrySchedule,
  checkSecret,
  checkTimeout,
  checkUid,
} from '../rules.ts'
import { checkTargets, draft } from '../accept.ts'
import { liveMessage } from '../schedule.ts'
import type { SealedSecret } from '../store/catalog.ts'
import { withoutUndefined } from './applications.ts'
import { pageOf } from './pages.ts'
import type { ResourceParts } from './parts.ts'
import { recover } from './recover.ts'

/** Old secrets that sign beside the new one during a rotation. */
const mostOldSecrets = 10
const defaultOverlapSeconds = 86_400
const mostOverlapSeconds = 7 * 86_400
/** Deliveries waiting are counted up to here: a count of a million rows would cost more than it tells. */
const mostCounted = 10_000

export function endpoints(parts: ResourceParts): Engine['endpoints'] {
  const { directory, clock, newId, random, schedule } = parts

  function dialectOf(endpoint: Pick<Endpoint, 'dialect'>, application: Application): CompiledDialect {
    return parts.dialect(endpoint.dialect ?? application.dialect ?? '')
  }

  /** Everything about an endpoint that can be wrong is said before anything is written. Answers the canonical address. */
  function check(input: Partial<EndpointInput>, org: string, dialect: CompiledDialect): string | null {
    if (input.uid != null) checkUid(input.uid)
    if (input.metadata) checkMetadata(input.metadata)
    if (input.params) checkParams(input.params)
    if (input.channels) checkChannels(input.channels, 10)
    if (input.retrySchedule) checkRetrySchedule(input.retrySchedule)
    if (input.timeoutSeconds != null) checkTimeout(input.timeoutSeconds)
    if (input.headers) checkHeaders(input.headers, dialect)
    if (typeof input.secret === 'string') checkSecret(input.secret, dialect)
    for (const name of input.eventTypes ?? [])
      if (!directory.findEventType(org, name))
        throw new EngineError(
          'unknown_event_type',
          `There is no event type ${JSON.stringify(name.slice(0, 80))}. Create it first, or check its spelling.`,
          { field: 'eventTypes' },
        )
    if (input.url === undefined) return null
    const checked = parts.transport.check(input.url, {})
    if (!checked.ok) throw new EngineError('address_refused', checked.message, { field: 'url' })
    return checked.url
  }

  function newSecret(dialect: CompiledDialect, given: string | null | undefined): string | null {
    return given === undefined ? dialect.newSecret((count) => random.bytes(count)) : given
  }

  function seal(endpoint: string, secret: string | null): SealedSecret[] {
    return secret === null ? [] : [{ sealed: directory.sealSecret(endpoint, secret), until: null }]
  }

  async function put(entry: EndpointEntry, patch: Partial<Endpoint>, secrets = entry.secrets): Promise<Endpoint> {
    const endpoint: Endpoint = { ...entry.endpoint, ...patch, updatedAt: clock.now() }
    await directory.write({ kind: 'put_endpoint', endpoint, secrets, create: false })
    schedule.wake(endpoint.id, endpoint.app)
    return endpoint
  }

  return {
    async create(org, app, input, options = {}) {
      const { application } = directory.application(org, app)
      const now = clock.now()
      const dialect = dialectOf({ dialect: input.dialect ?? null }, application)
      const url = check(input, org, dialect) ?? input.url
      const id = newId('ep', now)
      const secret = newSecret(dialect, input.secret)
      const endpoint: Endpoint = {
        id,
        org,
        app: application.id,
        uid: input.uid ?? null,
        url,
        description: input.description ?? '',
        eventTypes: input.eventTypes?.length ? [...input.eventTypes] : null,
        channels: input.channels?.length ? [...input.channels] : null,
        disabled: input.disabled ?? false,
        metadata: input.metadata ?? {},
        headers: input.headers ?? {},
        dialect: input.dialect ?? null,
        params: input.params ?? {},
        retrySchedule: input.retrySchedule ?? null,
        timeoutSeconds: input.timeoutSeconds ?? null,
        rateLimit: input.rateLimit ?? null,
        version: input.version ?? 1,
        signed: secret !== null,
        hold: null,
        heldAt: null,
        failingSince: null,
        resumeFrom: 0,
        createdAt: now,
        updatedAt: now,
      }
      const change = { kind: 'put_endpoint', endpoint, secrets: seal(id, secret), create: true } as const
      await directory.write(change, idempotencyRecord(options.idempotency, endpoint, now))
      return endpoint
    },

    async get(org, app, id) {
      return directory.endpoint(org, app, id).endpoint
    },

    async list(org, app, options = {}) {
      return pageOf(directory.endpoints(org, app), (row) => row.id, options)
    },

    async update(org, app, id, patch) {
      const { endpoint } = directory.endpoint(org, app, id)
      return directory.exclusively(endpoint.app, async () => {
        const { application } = directory.application(org, endpoint.app)
        const entry = directory.endpoint(org, endpoint.app, endpoint.id)
        const before = entry.endpoint
        const dialect = dialectOf(
          { dialect: patch.dialect === undefined ? before.dialect : patch.dialect },
          application,
        )
        // Another dialect may write a header that this endpoint sets itself, or read its secret in another way.
        const moved = dialect !== entry.dialect
        if (moved && !patch.headers) checkHeaders(before.headers, dialect)
        if (moved && patch.secret === undefined)
          for (const secret of directory.secretsOf(entry)) checkSecret(secret, dialect)
        const url = check(patch, org, dialect)
        const { secret, eventTypes, channels, ...rest } = withoutUndefined(patch)
        const changes = {
          ...rest,
          ...(url !== null && { url }),
          ...(patch.eventTypes !== undefined && { eventTypes: eventTypes?.length ? eventTypes : null }),
          ...(patch.channels !== undefined && { channels: channels?.length ? channels : null }),
          ...(patch.secret !== undefined && { signed: secret !== null }),
          ...resumed(before, patch, clock.now()),
        }
        const secrets = patch.secret === undefined ? entry.secrets : seal(before.id, secret ?? null)
        return put(entry, changes, secrets)
      })
    },

    async delete(org, app, id) {
      const { endpoint } = directory.endpoint(org, app, id)
      const change = { kind: 'delete_endpoint', org, app: endpoint.app, id: endpoint.id } as const
      await directory.exclusively(endpoint.app, () => directory.write(change))
      schedule.wake(endpoint.id, endpoint.app)
    },

    async secret(org, app, id) {
      return directory.secretsOf(directory.endpoint(org, app, id))[0] ?? null
    },

    async rotateSecret(org, app, id, input, options = {}) {
      const { endpoint } = directory.endpoint(org, app, id)
      const overlap = input.overlapSeconds ?? defaultOverlapSeconds
      if (!(overlap >= 0 && overlap <= mostOverlapSeconds))
        throw new EngineError('invalid', 'The overlap of a rotation is 0 seconds to 7 days.', {
          field: 'overlapSeconds',
        })
      await directory.exclusively(endpoint.app, async () => {
        const entry = directory.endpoint(org, endpoint.app, endpoint.id)
        if (typeof input.secret === 'string') checkSecret(input.secret, entry.dialect)
        const now = clock.now()
        const until = now + overlap * 1000
        const old = entry.secrets
          .filter((secret) => secret.until === null || secret.until > now)
          .map(({ sealed, until: ends }) => ({ sealed, until: Math.min(ends ?? until, until) }))
          .filter((secret) => secret.until > now)
        if (old.length > mostOldSecrets)
          throw new EngineError(
            'conflict',
            `${mostOldSecrets} old secrets still sign. Wait until one of them ends, or rotate with an overlap of 0.`,
          )
        const secret = newSecret(entry.dialect, input.secret)
        const secrets = [...seal(endpoint.id, secret), ...old]
        const changed: Endpoint = { ...entry.endpoint, signed: secret !== null, updatedAt: now }
        const change = { kind: 'put_endpoint', endpoint: changed, secrets, create: false } as const
        await directory.write(change, idempotencyRecord(options.idempotency, null, now))
      })
    },

    async stats(org, app, id, range = {}) {
      const { endpoint } = directory.endpoint(org, app, id)
      const [summary, pending] = await Promise.all([
        parts.ledger.summary({
          app: endpoint.app,
          endpoint: endpoint.id,
          message: null,
          eventTypes: null,
          results: ['success', 'exhausted', 'quarantined'],
          code: null,
          codeClass: null,
          channel: null,
          tag: null,
          after: range.since ?? null,
          before: range.until ?? null,
          cursor: null,
          order: 'descending',
          limit: 1,
        }),
        parts.queue.countPending(endpoint.id, mostCounted),
      ])
      const sending = schedule.inFlightOf(endpoint.id)
      return { success: summary.success, failed: summary.failed, pending: Math.max(0, pending - sending), sending }
    },

    async recover(org, app, id, range, options = {}) {
      const { endpoint } = directory.endpoint(org, app, id)
      return directory.exclusively(endpoint.app, () =>
        recover(parts, directory.endpoint(org, endpoint.app, endpoint.id), range, put, options),
      )
    },

    async mock(org, app, id, input) {
      const entry = directory.endpoint(org, app, id)
      const owner = directory.application(org, app)
      const { message } = draft(parts, owner, { eventType: input.eventType, payload: input.payload })
      checkTargets(directory, message, [entry])
      const { request, outcome, durationMs } = await deliver(parts, entry, liveMessage(message), 1)
      const shown = request ?? { method: '', url: entry.endpoint.url, headers: [], body: null }
      const body = shown.body && Buffer.from(shown.body).toString('utf8')
      return { request: { method: shown.method, url: shown.url, headers: shown.headers, body }, outcome, durationMs }
    },
  }
}

/**
 * Switched on again: the hold ends, and what was due before now stays held until it is asked for (`recover`). One change;
 * no row of the work that waits is touched.
 */
function resumed(before: Endpoint, patch: Partial<EndpointInput>, now: number): Partial<Endpoint> {
  const on = patch.disabled === false && (before.disabled || before.hold !== null)
  return on ? { hold: null, heldAt: null, failingSince: null, resumeFrom: now } : {}
}
