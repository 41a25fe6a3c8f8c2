import type { Endpoint, EndpointInput, EndpointPatch, Message } from '@posthorn/model'
import { checkOverlap } from '../../checks/overlap.ts'
import type { EndpointEntry } from '../../directory/entries.ts'
import { defaultOverlapSeconds } from '../../directory/rotation.ts'
import { notFound } from '../../errors.ts'
import { orRepeated } from '../../idempotency.ts'
import type { PipelineParts } from '../../pipeline/pipeline.ts'
import { recover, type Recovery } from '../../recovery/recover.ts'
import type { Actor, Change, Condition, Viewer, WriteOptions } from '../../write-options.ts'
import { audited } from '../audit/audited.ts'
import { listOfRows, readPage, type Page, type PageOptions } from '../pages.ts'
import type { ResourceParts } from '../parts.ts'
import { isEngineId, replacedUid, type Put, type Written } from '../put.ts'
import { checkCondition, tagOfEndpoint } from '../../checks/tag.ts'
import { changedHeaders } from './changed-headers.ts'
import { checkEventTypes } from './check-endpoint.ts'
import { createEndpoint } from './create.ts'
import { mock } from './mock.ts'
import { preflight, type TestResult } from './preflight.ts'
import { rotateSecret } from './rotate-secret.ts'
import { sendExample, type ExampleInput } from './send-example.ts'
import { showSecrets, type EndpointSecrets } from './show-secrets.ts'
import { withoutShownDisabled } from './shown-disabled.ts'
import { endpointStats, type EndpointStats } from './stats.ts'
import { subscribed, unsubscribed } from './subscription.ts'
import type { MockInput, MockResult } from './trial.ts'
import { updateEndpoint } from './update.ts'

/** Endpoints of an application. */
export interface EndpointResource {
  create(org: string, app: string, input: EndpointInput, write?: WriteOptions): Promise<Endpoint>
  get(org: string, app: string, id: string): Promise<Endpoint>
  list(org: string, app: string, options?: PageOptions): Promise<Page<Endpoint>>
  /** Replaces the endpoint of a name, or creates it. */
  put(
    org: string,
    app: string,
    name: string,
    given: Put<EndpointInput, EndpointPatch>,
    write?: Change,
  ): Promise<Written<Endpoint>>
  /** A patch; switching a held endpoint on (`disabled: false`) ends the hold. What it missed stays held until `recover`. */
  update(org: string, app: string, id: string, patch: EndpointPatch, write?: Change): Promise<Endpoint>
  /** Sets some of its extra headers, and removes those that are `null`. The others stay, whoever changes them at the same time. */
  changeHeaders(
    org: string,
    app: string,
    id: string,
    changes: Readonly<Record<string, string | null>>,
    write?: Change,
  ): Promise<Endpoint>
  /** One event type more or less, by the rules of an update. Nothing changes where it is so already. */
  subscribe(org: string, app: string, id: string, eventType: string, write?: Change): Promise<Endpoint>
  unsubscribe(org: string, app: string, id: string, eventType: string, write?: Change): Promise<Endpoint>
  delete(org: string, app: string, id: string, write?: Change): Promise<void>
  /** Switches it on or off; where the preset says so this is a step of its own. */
  activate(org: string, app: string, id: string, write?: Change): Promise<Endpoint>
  deactivate(org: string, app: string, id: string, write?: Change): Promise<Endpoint>
  /** Shows its secrets; audited. */
  secrets(org: string, app: string, id: string, write?: Actor): Promise<EndpointSecrets>
  /** The old secret keeps signing beside the new one for `overlapSeconds` (24 h when absent) where the dialect carries several. */
  rotateSecret(
    org: string,
    app: string,
    id: string,
    input: { secret?: string | null; overlapSeconds?: number },
    write?: WriteOptions & Condition,
  ): Promise<void>
  /** Deliveries by how they stand; those that wait are counted up to 10,000. */
  stats(org: string, app: string, id: string, range?: { since?: number; until?: number }): Promise<EndpointStats>
  /** Held and failed deliveries since then go out again; answers how many failed ones were queued. */
  recover(
    org: string,
    app: string,
    id: string,
    range: { since: number; until?: number },
    write?: WriteOptions & Condition,
  ): Promise<Recovery>
  /** Sends a sample or an edited payload now, subscribed or not; not in the log, not in totals. */
  mock(org: string, app: string, id: string, input: MockInput, viewer?: Viewer): Promise<MockResult>
  /** Sends the example of an event type to this endpoint only, subscribed or not, as a message like any other. */
  sendExample(org: string, app: string, id: string, input: ExampleInput, write?: WriteOptions): Promise<Message>
  /** Checks address, TLS and redirects as deliveries meet them, then sends a test message; neither is logged. */
  test(org: string, app: string, id: string): Promise<TestResult>
}

export function endpoints(parts: ResourceParts, pipeline: PipelineParts): EndpointResource {
  const { directory, schedule } = parts

  /** Changes one endpoint in the turn of its application, as it stands then. */
  function changing<T>(org: string, app: string, id: string, work: (entry: EndpointEntry) => Promise<T>): Promise<T> {
    const { endpoint } = directory.endpoint(org, app, id)
    return directory.writes.exclusively(endpoint.app, () => work(directory.endpoint(org, endpoint.app, endpoint.id)))
  }

  function conditionHolds({ endpoint }: EndpointEntry, write: Change = {}): Promise<void> {
    const unit = { kind: 'application', id: endpoint.app } as const
    return checkCondition(directory.writes, unit, write, tagOfEndpoint(endpoint))
  }

  /** Changes one endpoint by a patch that follows from how it stands; `null`: it stands so already. */
  function moving(
    [org, app, id, write]: readonly [org: string, app: string, id: string, write: Change | undefined],
    patchOf: (endpoint: Endpoint) => EndpointPatch | null,
  ): Promise<Endpoint> {
    return changing(org, app, id, async (entry) => {
      await conditionHolds(entry, write)
      const { endpoint } = entry
      const patch = patchOf(endpoint)
      if (patch) return updateEndpoint(parts, entry, patch, write)
      await directory.writes.confirm({ kind: 'application', id: endpoint.app })
      return endpoint
    })
  }

  function toggle(org: string, app: string, id: string, on: boolean, write: Change | undefined): Promise<Endpoint> {
    return moving([org, app, id, write], ({ disabled, hold, pausedUntil }) => {
      // Switching on an endpoint that is on ends its hold, and a pause that its receiver asked for.
      const waits = hold !== null || (on && pausedUntil !== null)
      return disabled !== on && !waits ? null : { disabled: !on }
    })
  }

  function namesAll(org: string, app: string): boolean {
    return directory.application(org, app).preset?.rules.subscription === 'explicit'
  }

  return {
    async create(org, app, input, write = {}) {
      const { id } = directory.application(org, app).application
      return orRepeated(parts, write, () =>
        directory.writes.exclusively(id, () => createEndpoint(parts, directory.application(org, id), input, write)),
      )
    },

    async put(org, app, name, { uid, create, replace }, write = {}) {
      const { id } = directory.application(org, app).application
      return directory.writes.exclusively(id, async () => {
        const application = directory.application(org, id)
        const entry = directory.findEndpoint(application, name)
        if (!entry) {
          if (isEngineId('ep', name)) throw notFound('endpoint', name)
          await checkCondition(directory.writes, { kind: 'application', id }, write, null)
          return {
            row: await createEndpoint(parts, application, { ...create, uid: uid ?? name }, write),
            created: true,
          }
        }
        await conditionHolds(entry, write)
        const kept = withoutShownDisabled(replace, entry.endpoint, write)
        const patch = { ...kept, uid: replacedUid(name, entry.endpoint, uid) }
        return { row: await updateEndpoint(parts, entry, patch, write), created: false }
      })
    },

    async get(org, app, id) {
      return directory.endpoint(org, app, id).endpoint
    },

    async list(org, app, options = {}) {
      const { application } = directory.application(org, app)
      return readPage(
        listOfRows(`endpoints ${application.id}`, directory.endpoints(org, app), (row) => row.id),
        options,
      )
    },

    async update(org, app, id, patch, write) {
      return changing(org, app, id, async (entry) => {
        await conditionHolds(entry, write)
        return updateEndpoint(parts, entry, withoutShownDisabled(patch, entry.endpoint, write), write)
      })
    },

    async changeHeaders(org, app, id, changes, write) {
      return moving([org, app, id, write], ({ headers }) => ({ headers: changedHeaders(headers, changes) }))
    },

    async subscribe(org, app, id, eventType, write) {
      return moving([org, app, id, write], (endpoint) => {
        // Nothing is changed then, so nothing else asks whether there is such an event type.
        if (endpoint.eventTypes === null)
          checkEventTypes(directory, [eventType], directory.application(org, endpoint.app), write ?? {})
        const eventTypes = subscribed(endpoint, eventType)
        return eventTypes && { eventTypes }
      })
    },

    async unsubscribe(org, app, id, eventType, write) {
      return moving([org, app, id, write], (endpoint) => {
        const eventTypes = unsubscribed(endpoint, eventType, namesAll(org, endpoint.app))
        return eventTypes && { eventTypes }
      })
    },

    async activate(org, app, id, write) {
      return toggle(org, app, id, true, write)
    },

    async deactivate(org, app, id, write) {
      return toggle(org, app, id, false, write)
    },

    async delete(org, app, id, write) {
      const { endpoint } = directory.endpoint(org, app, id)
      const change = { kind: 'delete_endpoint', org, app: endpoint.app, id: endpoint.id } as const
      const audit = audited(parts, write, { org, app: endpoint.app, action: 'endpoint.deleted', target: endpoint.id })
      await changing(org, app, id, async (entry) => {
        await conditionHolds(entry, write)
        await directory.writes.writeAll([change, audit])
      })
      schedule.wake(endpoint.id, endpoint.app)
    },

    async secrets(org, app, id, write) {
      return showSecrets(parts, directory.endpoint(org, app, id), write)
    },

    async rotateSecret(org, app, id, { secret, overlapSeconds = defaultOverlapSeconds }, write = {}) {
      checkOverlap(overlapSeconds)
      const input = { ...(secret !== undefined && { secret }), overlapSeconds }
      await orRepeated(parts, write, () =>
        changing(org, app, id, async (entry) => {
          await conditionHolds(entry, write)
          await rotateSecret(parts, entry, input, write)
        }),
      )
    },

    async stats(org, app, id, range = {}) {
      return endpointStats(parts, directory.endpoint(org, app, id).endpoint, range)
    },

    async recover(org, app, id, range, write = {}) {
      return orRepeated(parts, write, () =>
        changing(org, app, id, async (entry) => {
          await conditionHolds(entry, write)
          return recover(parts, entry, range, write)
        }),
      )
    },

    async mock(org, app, id, input, viewer = {}) {
      return mock(parts, directory.application(org, app), directory.endpoint(org, app, id), input, viewer)
    },

    async sendExample(org, app, id, input, write = {}) {
      return sendExample(pipeline, { org, app, endpoint: id }, input, write)
    },

    async test(org, app, id) {
      return preflight(parts, directory.application(org, app), directory.endpoint(org, app, id))
    },
  }
}
