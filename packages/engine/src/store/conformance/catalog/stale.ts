import { describe, expect, test } from 'vitest'
import { dialect } from '@posthorn/wire'
import { anApplication, anEventType } from '../../../testing/nouns.ts'
import type { CatalogChange, Unit, UnitVersion } from '../../catalog.ts'
import { t0, unique } from '../harness.ts'
import {
  applicationChange,
  createApplication,
  createEndpoint,
  endpointRow,
  stored,
  writeNow,
  type CatalogContext,
} from './scene.ts'

const { dialect: definition } = dialect('standard')

export function staleSuite({ open, catalog, write, application, rowsOf, changesNothing }: CatalogContext): void {
  describe('a change that was computed from an older version', () => {
    const from = (changes: readonly CatalogChange[], expected: readonly UnitVersion[]) =>
      catalog().write({ changes, expected, idempotency: null })

    const older = (versions: readonly UnitVersion[]): UnitVersion[] =>
      versions.map((unit) => ({ ...unit, version: unit.version - 1 }))

    async function expectStale(change: CatalogChange, unit: Unit): Promise<void> {
      const now = await stored(catalog(), [change])
      for (const expected of [older(now), now.map((one) => ({ ...one, version: one.version + 1 }))]) {
        const result = await changesNothing(() => from([change], expected))
        expect(result, change.kind).toEqual({ state: 'stale', units: [unit] })
      }
    }

    test('of an application or its endpoints is stale, and changes nothing', async () => {
      const app = await application()
      const row = endpointRow(app)
      await write(createEndpoint(row))
      const { id, org } = app
      const changes: readonly CatalogChange[] = [
        applicationChange({ ...app, name: 'New' }, false),
        createEndpoint(endpointRow(app)),
        { kind: 'endpoint', row, create: false, versioned: true },
        { kind: 'endpoint', row, create: false, versioned: false },
        { kind: 'delete_endpoint', org, app: id, id: row.endpoint.id },
        { kind: 'delete_application', org, id },
      ]
      for (const change of changes) await expectStale(change, { kind: 'application', id })
    })

    test('of event types or dialects is stale, and changes nothing', async () => {
      const org = unique('org')
      const type = anEventType({ org })
      const dialectRow = (version: number) => ({
        org,
        name: 'acme',
        version,
        definition: { ...definition, name: 'acme', version },
        createdAt: t0,
      })
      await write({ kind: 'event_type', row: type, create: true }, { kind: 'dialect', row: dialectRow(1) })
      const changes: readonly CatalogChange[] = [
        { kind: 'event_type', row: anEventType({ org, name: 'another' }), create: true },
        { kind: 'event_type', row: { ...type, archived: true }, create: false },
        { kind: 'delete_event_type', org, name: type.name },
        { kind: 'dialect', row: dialectRow(2) },
        { kind: 'delete_dialect', org, name: 'acme' },
      ]
      for (const change of changes) await expectStale(change, { kind: 'organisation', id: org })
    })

    test('is all that is refused: the units that are stale are named, and the others are not', async () => {
      const app = await application()
      const changes: readonly CatalogChange[] = [
        applicationChange({ ...app, name: 'New' }, false),
        { kind: 'event_type', row: anEventType({ org: app.org }), create: true },
      ]
      const now = await stored(catalog(), changes)
      const [ofApplication] = now
      await write(applicationChange({ ...app, name: 'Newer' }, false))
      const result = await changesNothing(() => from(changes, now))
      expect(result).toEqual({ state: 'stale', units: [{ kind: 'application', id: ofApplication?.id }] })
    })

    test('of two that come together is the second, and what the first wrote stays', async () => {
      const app = await application()
      const changes = ['One', 'Two'].map((name) => applicationChange({ ...app, name }, false))
      const now = await stored(catalog(), changes)
      const results = await Promise.all(changes.map((change) => from([change], now)))
      expect(results.map(({ state }) => state)).toEqual(['written', 'stale'])
      expect((await rowsOf(app.org)).applications.map((row) => row.application.name)).toEqual(['One'])
    })

    test('of an application that is there already, or is gone, is stale', async () => {
      const app = await application()
      const expected = [{ kind: 'application', id: app.id, version: 0 }] as const
      expect(await from([createApplication(app)], expected)).toMatchObject({ state: 'stale' })
      const change = createEndpoint(endpointRow(app))
      const now = await stored(catalog(), [change])
      await write({ kind: 'delete_application', org: app.org, id: app.id })
      expect(await from([change], now)).toMatchObject({ state: 'stale' })
    })

    test('cannot be left unnamed: a change without the version of its unit is a bug, and changes nothing', async () => {
      const app = await application()
      const change = applicationChange({ ...app, name: 'New' }, false)
      await changesNothing(async () => {
        await expect(from([change], [])).rejects.toThrow('does not name the version')
        const another = { kind: 'organisation', id: app.id, version: 0 } as const
        await expect(from([change], [another])).rejects.toThrow('does not name the version')
      })
    })
  })

  describe('the version of', () => {
    test('an application is not raised by a change of health, so accepts on their way stay good', async () => {
      const app = await application()
      const row = endpointRow(app)
      await write(createEndpoint(row))
      const before = await rowsOf(app.org)
      const held = { ...row, endpoint: { ...row.endpoint, hold: 'gone', heldAt: t0 } } as const
      const result = await write({ kind: 'endpoint', row: held, create: false, versioned: false })
      expect(result).toEqual({ state: 'written', versions: [] })
      const after = await rowsOf(app.org)
      expect(after.applications).toEqual(before.applications)
      expect(after.endpoints).toEqual([held])
    })

    test('an organisation is raised by its event types and dialects, and by nothing of its applications', async () => {
      const app = anApplication({ id: unique('app'), org: unique('org') })
      const { org } = app
      const version = async (): Promise<number> => (await rowsOf(org)).organisations[0]?.version ?? 0
      await write(createApplication(app), createEndpoint(endpointRow(app)))
      expect(await version()).toBe(0)
      const type = anEventType({ org })
      const row = { org, name: 'acme', version: 1, definition: { ...definition, name: 'acme' }, createdAt: t0 }
      const changes: readonly CatalogChange[] = [
        { kind: 'event_type', row: type, create: true },
        { kind: 'event_type', row: { ...type, archived: true }, create: false },
        { kind: 'delete_event_type', org, name: type.name },
        { kind: 'dialect', row },
        { kind: 'delete_dialect', org, name: 'acme' },
      ]
      for (const [index, change] of changes.entries()) {
        expect(await write(change)).toMatchObject({
          state: 'written',
          versions: [{ kind: 'organisation', id: org, version: index + 1 }],
        })
        expect(await version()).toBe(index + 1)
      }
    })

    test('an organisation goes on after a restart', async () => {
      const subject = await open()
      const org = unique('org')
      await writeNow(subject, { kind: 'event_type', row: anEventType({ org }), create: true })
      const after = await subject.crash()
      const archived = { kind: 'event_type', row: anEventType({ org, archived: true }), create: false } as const
      const organisation = { kind: 'organisation', id: org } as const
      expect(await stored(after.store.catalog, [archived])).toEqual([{ ...organisation, version: 1 }])
      expect(await writeNow(after, archived)).toEqual({
        state: 'written',
        versions: [{ ...organisation, version: 2 }],
      })
    })
  })
}
