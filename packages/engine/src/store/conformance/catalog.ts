/**
 * What every catalog does, whatever database is under it. A store engine passes by wiring this up with a harness of one
 * method; see `harness.ts`.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { dialect } from '@posthorn/wire'
import type { Application, AuditEntry } from '../../model.ts'
import { anApplication, anEndpoint, anEventType } from '../../testing/nouns.ts'
import type { Catalog, CatalogChange, CatalogContents, EndpointRow } from '../catalog.ts'
import type { IdempotencyRecord } from '../idempotency.ts'
import type { AcceptItem } from '../queue.ts'
import { newId, oddTexts, subjects, t0, unique, type StoreHarness, type Subject } from './harness.ts'

const standard = dialect('standard')

const applicationChange = (application: Application, create: boolean): CatalogChange => ({
  kind: 'application',
  row: { application, keys: [] },
  create,
})
const createApplication = (application: Application): CatalogChange => applicationChange(application, true)
const createEndpoint = (row: EndpointRow): CatalogChange => ({ kind: 'endpoint', row, create: true, versioned: true })

function endpointRow(app: Application, fields: Parameters<typeof anEndpoint>[0] = {}): EndpointRow {
  const endpoint = anEndpoint({ id: unique('ep'), org: app.org, app: app.id, ...fields })
  return { endpoint, sealedHeaders: null, secrets: [], secondarySecrets: [] }
}

function acceptItem(app: Application, catalogVersion: number): AcceptItem {
  const message = {
    id: newId('msg', t0),
    app: app.id,
    eventType: 'a',
    eventId: null,
    payload: '{}',
    channels: null,
    tags: null,
    params: {},
    platform: null,
    occurredAt: t0,
    acceptedAt: t0,
    deliverAt: null,
    deliver: true,
    targets: [],
  }
  return { message, expiresAt: t0 + 1, ownRetention: false, work: [], catalogVersion, idempotency: null }
}

export function catalogSuite(name: string, harness: StoreHarness): void {
  describe(`${name}: the catalog suite`, () => {
    const { open, shared: openShared } = subjects(harness)
    let shared: Subject
    let catalog: Catalog
    beforeAll(async () => {
      shared = await openShared()
      catalog = shared.store.catalog
    })

    const write = (...changes: readonly CatalogChange[]): ReturnType<Catalog['write']> => catalog.write(changes, null)

    async function application(fields: Partial<Application> = {}): Promise<Application> {
      const row = anApplication({ id: unique('app'), org: unique('org'), ...fields })
      expect(await write(createApplication(row))).toMatchObject({ state: 'written' })
      return row
    }

    /** The rows of one organisation. */
    async function rowsOf(org: string): Promise<CatalogContents> {
      const { applications, endpoints, eventTypes, dialects } = await catalog.load()
      return {
        applications: applications.filter((row) => row.application.org === org),
        endpoints: endpoints.filter((row) => row.endpoint.org === org),
        eventTypes: eventTypes.filter((row) => row.org === org),
        dialects: dialects.filter((row) => row.org === org),
      }
    }

    async function changesNothing<T>(work: () => Promise<T>): Promise<T> {
      const before = await shared.dump()
      const result = await work()
      expect(await shared.dump()).toEqual(before)
      return result
    }

    test('what is written is loaded as it was, also by the next process', async () => {
      const subject = await open()
      expect(await subject.store.catalog.load()).toEqual({
        applications: [],
        endpoints: [],
        eventTypes: [],
        dialects: [],
      })
      const app = anApplication({ uid: 'u', metadata: { a: oddTexts.join('') }, params: { b: 'c' } })
      const row: EndpointRow = {
        endpoint: anEndpoint({ uid: 'u', description: oddTexts.join(''), eventTypes: ['a'], retrySchedule: [1.5] }),
        sealedHeaders: 'k1.abc',
        secrets: [
          { sealed: 'k1.new', until: null },
          { sealed: 'k1.old', until: t0 },
        ],
        secondarySecrets: [{ sealed: 'k1.second', from: t0, until: null }],
      }
      const type = anEventType({ schemas: { '1': { type: 'object' } }, featureFlags: ['beta'] })
      const keys = [{ sealed: 'k1.key', from: t0, until: null }]
      await subject.store.catalog.write([{ kind: 'application', row: { application: app, keys }, create: true }], null)
      await subject.store.catalog.write([createEndpoint(row)], null)
      await subject.store.catalog.write([{ kind: 'event_type', row: type, create: true }], null)
      const contents = await subject.store.catalog.load()
      expect(contents).toMatchObject({
        applications: [{ application: app, keys }],
        endpoints: [row],
        eventTypes: [type],
      })
      expect(await (await subject.crash()).store.catalog.load()).toEqual(contents)
    })

    test('rows come in id order, event types in the order of their names', async () => {
      const org = unique('org')
      const [first, second] = [unique('app'), unique('app')] as const
      for (const id of [second, first]) await application({ id, org })
      const [one, two] = [unique('ep'), unique('ep')] as const
      for (const id of [two, one]) await write(createEndpoint(endpointRow(anApplication({ id: first, org }), { id })))
      for (const typeName of ['b', 'a'])
        await write({ kind: 'event_type', row: anEventType({ org, name: typeName }), create: true })
      const { applications, endpoints, eventTypes } = await rowsOf(org)
      expect(applications.map((row) => row.application.id)).toEqual([first, second])
      expect(endpoints.map((row) => row.endpoint.id)).toEqual([one, two])
      expect(eventTypes.map((row) => row.name)).toEqual(['a', 'b'])
    })

    describe('a uid', () => {
      test('of an application is taken once in its organisation, and free in another one', async () => {
        const first = await application({ uid: 'acme' })
        const twin = anApplication({ id: unique('app'), org: first.org, uid: 'acme' })
        expect(await changesNothing(() => write(createApplication(twin)))).toEqual({ state: 'conflict', what: 'uid' })
        await application({ uid: 'acme' })
      })

      test('of an endpoint is taken once in its application, and free in another one', async () => {
        const [one, two] = [await application(), await application()]
        expect(await write(createEndpoint(endpointRow(one, { uid: 'u' })))).toMatchObject({ state: 'written' })
        const again = await changesNothing(() => write(createEndpoint(endpointRow(one, { uid: 'u' }))))
        expect(again).toEqual({ state: 'conflict', what: 'uid' })
        expect(await write(createEndpoint(endpointRow(two, { uid: 'u' })))).toMatchObject({ state: 'written' })
      })

      test('may be absent any number of times', async () => {
        const { org } = await application()
        await application({ org })
      })

      test('stays its owner’s when that is changed, and cannot be taken by a change of another one', async () => {
        const first = await application({ uid: 'acme' })
        const second = await application({ org: first.org })
        const renamed: CatalogChange = applicationChange({ ...first, name: 'New' }, false)
        expect(await write(renamed)).toMatchObject({ state: 'written' })
        const taking: CatalogChange = applicationChange({ ...second, uid: 'acme' }, false)
        expect(await changesNothing(() => write(taking))).toEqual({ state: 'conflict', what: 'uid' })
      })

      test('is free again when its owner gave it up or was deleted', async () => {
        const first = await application({ uid: 'acme' })
        await write(applicationChange({ ...first, uid: null }, false))
        const second = await application({ org: first.org, uid: 'acme' })
        await write({ kind: 'delete_application', org: second.org, id: second.id })
        await application({ org: first.org, uid: 'acme' })
      })

      test('that two ask for at once goes to the first', async () => {
        const org = unique('org')
        const twins = [1, 2].map(() => anApplication({ id: unique('app'), org, uid: 'acme' }))
        const results = await Promise.all(twins.map((row) => write(createApplication(row))))
        expect(results.map(({ state }) => state)).toEqual(['written', 'conflict'])
      })
    })

    test('the name of an event type is taken once in its organisation, and free in another one', async () => {
      const type = anEventType({ org: unique('org') })
      const create: CatalogChange = { kind: 'event_type', row: type, create: true }
      expect(await write(create)).toEqual({ state: 'written', versions: {} })
      expect(await changesNothing(() => write(create))).toEqual({ state: 'conflict', what: 'name' })
      const elsewhere = anEventType({ org: unique('org') })
      expect(await write({ kind: 'event_type', row: elsewhere, create: true })).toMatchObject({ state: 'written' })
    })

    test('what is not there, or is another one’s, is missing: nothing is changed', async () => {
      const app = await application()
      const other = await application()
      const row = endpointRow(app)
      await write(createEndpoint(row))
      const missing: readonly CatalogChange[] = [
        applicationChange(anApplication({ id: unique('app'), org: app.org }), false),
        applicationChange({ ...app, org: other.org }, false),
        { kind: 'endpoint', row: endpointRow(app), create: false, versioned: true },
        createEndpoint(endpointRow(anApplication({ id: unique('app') }))),
        createEndpoint(endpointRow({ ...app, org: other.org })),
        {
          kind: 'endpoint',
          row: { ...row, endpoint: { ...row.endpoint, app: other.id, org: other.org } },
          create: false,
          versioned: true,
        },
        { kind: 'event_type', row: anEventType({ org: app.org }), create: false },
        { kind: 'delete_application', org: app.org, id: unique('app') },
        { kind: 'delete_application', org: other.org, id: app.id },
        { kind: 'delete_endpoint', org: app.org, app: app.id, id: unique('ep') },
        { kind: 'delete_endpoint', org: other.org, app: other.id, id: row.endpoint.id },
        { kind: 'delete_event_type', org: app.org, name: 'a' },
      ]
      await changesNothing(async () => {
        for (const change of missing) expect(await write(change), JSON.stringify(change)).toEqual({ state: 'missing' })
      })
    })

    describe('deleting', () => {
      test('an application takes its endpoints with it, and no others', async () => {
        const app = await application()
        const neighbour = await application({ org: app.org })
        for (const owner of [app, app, neighbour]) await write(createEndpoint(endpointRow(owner)))
        await write({ kind: 'delete_application', org: app.org, id: app.id })
        const { applications, endpoints } = await rowsOf(app.org)
        expect(applications.map((row) => row.application.id)).toEqual([neighbour.id])
        expect(endpoints.map((row) => row.endpoint.app)).toEqual([neighbour.id])
      })

      test('an endpoint or an event type takes that one', async () => {
        const app = await application()
        const rows = [endpointRow(app), endpointRow(app)] as const
        for (const row of rows) await write(createEndpoint(row))
        for (const typeName of ['a', 'b'])
          await write({ kind: 'event_type', row: anEventType({ org: app.org, name: typeName }), create: true })
        await write({ kind: 'delete_endpoint', org: app.org, app: app.id, id: rows[0].endpoint.id })
        await write({ kind: 'delete_event_type', org: app.org, name: 'a' })
        const left = await rowsOf(app.org)
        expect(left.endpoints).toEqual([rows[1]])
        expect(left.eventTypes.map((row) => row.name)).toEqual(['b'])
      })
    })

    describe('versions', () => {
      async function versionsOf(...changes: readonly CatalogChange[]): Promise<Readonly<Record<string, number>>> {
        const result = await write(...changes)
        if (result.state !== 'written') throw new Error(result.state)
        return result.versions
      }

      test('rise with every change of an application or its endpoints; an older one is stale', async () => {
        const app = anApplication({ id: unique('app'), org: unique('org') })
        const row = endpointRow(app)
        const changes: readonly CatalogChange[] = [
          createApplication(app),
          applicationChange({ ...app, name: 'New' }, false),
          createEndpoint(row),
          { kind: 'endpoint', row, create: false, versioned: true },
          { kind: 'delete_endpoint', org: app.org, app: app.id, id: row.endpoint.id },
        ]
        let last = 0
        for (const change of changes) {
          const version = (await versionsOf(change))[app.id] ?? 0
          expect(version).toBeGreaterThan(last)
          const accept = (catalogVersion: number): Promise<{ state: string }> =>
            shared.store.queue.accept(acceptItem(app, catalogVersion))
          expect(await accept(last)).toEqual({ state: 'stale_catalog' })
          expect(await accept(version)).toEqual({ state: 'accepted' })
          const loaded = (await rowsOf(app.org)).applications[0]
          expect(loaded?.version).toBe(version)
          last = version
        }
        await write({ kind: 'delete_application', org: app.org, id: app.id })
        expect(await shared.store.queue.accept(acceptItem(app, last))).toEqual({ state: 'stale_catalog' })
      })

      test('of an application are not touched by another one, nor by event types', async () => {
        const app = await application()
        const before = (await rowsOf(app.org)).applications[0]?.version
        await application({ org: app.org })
        await write({ kind: 'event_type', row: anEventType({ org: app.org }), create: true })
        expect((await rowsOf(app.org)).applications.find((row) => row.application.id === app.id)?.version).toBe(before)
      })

      test('go on after a restart', async () => {
        const subject = await open()
        const app = anApplication()
        const version = async (of: Subject, create: boolean): Promise<number> => {
          const result = await of.store.catalog.write([applicationChange(app, create)], null)
          return result.state === 'written' ? (result.versions[app.id] ?? 0) : 0
        }
        const first = await version(subject, true)
        const after = await subject.crash()
        expect(await after.store.queue.accept(acceptItem(app, first))).toEqual({ state: 'accepted' })
        expect(await version(after, false)).toBeGreaterThan(first)
        expect(await after.store.queue.accept(acceptItem(app, first))).toEqual({ state: 'stale_catalog' })
      })

      test('a change and an accept that come together keep their order', async () => {
        const app = await application()
        const version = (await rowsOf(app.org)).applications[0]?.version ?? 0
        const [changed, accepted] = await Promise.all([
          write(applicationChange({ ...app, name: 'New' }, false)),
          shared.store.queue.accept(acceptItem(app, version)),
        ])
        expect(changed.state).toBe('written')
        expect(accepted.state).toBe('stale_catalog')
      })
    })

    describe('several changes', () => {
      test('are written together: an application comes with its endpoints', async () => {
        const app = anApplication({ id: unique('app'), org: unique('org') })
        expect(await write(createApplication(app), createEndpoint(endpointRow(app)))).toMatchObject({
          state: 'written',
        })
        expect((await rowsOf(app.org)).endpoints.length).toBe(1)
      })

      test('are all refused when one is, and versions stay', async () => {
        const app = await application({ uid: 'acme' })
        const version = (await rowsOf(app.org)).applications[0]?.version ?? 0
        const changes: readonly CatalogChange[] = [
          applicationChange({ ...app, name: 'New' }, false),
          { kind: 'event_type', row: anEventType({ org: app.org }), create: true },
          createApplication(anApplication({ id: unique('app'), org: app.org, uid: 'acme' })),
        ]
        expect(await changesNothing(() => write(...changes))).toEqual({ state: 'conflict', what: 'uid' })
        expect(await shared.store.queue.accept(acceptItem(app, version))).toEqual({ state: 'accepted' })
      })

      test('that contradict each other are a conflict', async () => {
        const org = unique('org')
        const twins = [1, 2].map(() => createApplication(anApplication({ id: unique('app'), org, uid: 'acme' })))
        expect(await changesNothing(() => write(...twins))).toEqual({ state: 'conflict', what: 'uid' })
      })
    })

    test('I9: a repeated key is answered with what was answered before, and changes nothing', async () => {
      const app = anApplication({ id: unique('app'), org: unique('org') })
      const key: IdempotencyRecord = {
        key: unique('key'),
        fingerprint: 'f1',
        answer: 'made',
        createdAt: t0,
        expiresAt: t0 + 1,
      }
      expect(await catalog.write([createApplication(app)], key)).toMatchObject({ state: 'written' })
      const another = createApplication({ ...app, id: unique('app') })
      const repeat = await changesNothing(() => catalog.write([another], { ...key, fingerprint: 'f2', answer: 'x' }))
      expect(repeat).toEqual({ state: 'replay', fingerprint: 'f1', answer: 'made' })
    })

    test('the key of a change that was refused can be used again', async () => {
      const first = await application({ uid: 'acme' })
      const key: IdempotencyRecord = {
        key: unique('key'),
        fingerprint: 'f1',
        answer: 'made',
        createdAt: t0,
        expiresAt: t0 + 1,
      }
      const row = anApplication({ id: unique('app'), org: first.org, uid: 'acme' })
      expect(await catalog.write([createApplication(row)], key)).toMatchObject({ state: 'conflict' })
      expect(await catalog.write([createApplication({ ...row, uid: 'other' })], key)).toMatchObject({
        state: 'written',
      })
    })

    describe('a dialect', () => {
      const put = (org: string, name: string, version: number): CatalogChange => ({
        kind: 'dialect',
        row: { org, name, version, definition: { ...standard.dialect, name, version }, createdAt: t0 },
      })

      test('has its versions in their order, and each number once', async () => {
        const org = unique('org')
        for (const version of [2, 10, 1])
          expect(await write(put(org, 'acme', version))).toMatchObject({ state: 'written' })
        expect((await rowsOf(org)).dialects.map(({ version }) => version)).toEqual([1, 2, 10])
        expect(await changesNothing(() => write(put(org, 'acme', 2)))).toEqual({ state: 'conflict', what: 'version' })
        expect(await write(put(unique('org'), 'acme', 2))).toMatchObject({ state: 'written' })
      })

      test('is deleted with all its versions, and of its organisation only', async () => {
        const [org, other] = [unique('org'), unique('org')]
        for (const change of [put(org, 'acme', 1), put(org, 'acme', 2), put(org, 'b', 1), put(other, 'acme', 1)])
          await write(change)
        expect(await write({ kind: 'delete_dialect', org, name: 'acme' })).toMatchObject({ state: 'written' })
        expect((await rowsOf(org)).dialects.map(({ name }) => name)).toEqual(['b'])
        expect((await rowsOf(other)).dialects.length).toBe(1)
        const again = await changesNothing(() => write({ kind: 'delete_dialect', org, name: 'acme' }))
        expect(again).toEqual({ state: 'missing' })
      })
    })

    describe('the audit log', () => {
      const entry = (org: string, app: string | null): AuditEntry => ({
        id: newId('audit', t0),
        org,
        app,
        at: t0,
        actor: oddTexts.join(''),
        action: 'signing_key.reset',
        target: 'x',
        detail: { overlapSeconds: 5, switchAt: null },
      })
      const all = { cursor: null, order: 'ascending', limit: 10 } as const

      test('is read by organisation and by application, in both orders and in pages', async () => {
        const [org, other] = [unique('org'), unique('org')]
        const rows = [entry(org, 'app_a'), entry(org, null), entry(org, 'app_b'), entry(other, 'app_a')] as const
        for (const row of rows) await write({ kind: 'audit', row })
        expect(await catalog.audit({ ...all, org, app: null })).toEqual(rows.slice(0, 3))
        expect(await catalog.audit({ ...all, org, app: 'app_a' })).toEqual([rows[0]])
        expect(await catalog.audit({ ...all, org, app: null, order: 'descending', limit: 1 })).toEqual([rows[2]])
        const after = await catalog.audit({ ...all, org, app: null, cursor: rows[0].id })
        expect(after).toEqual([rows[1], rows[2]])
      })

      test('has no entry of a change that was refused', async () => {
        const org = unique('org')
        const missing: CatalogChange = { kind: 'delete_dialect', org, name: 'none' }
        const refused = await changesNothing(() => write({ kind: 'audit', row: entry(org, null) }, missing))
        expect(refused).toEqual({ state: 'missing' })
      })
    })
  })
}
