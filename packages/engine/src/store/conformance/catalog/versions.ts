import { describe, expect, test } from 'vitest'
import { anApplication, anEventType } from '../../../testing/nouns.ts'
import type { CatalogChange } from '../../catalog.ts'
import { unique, type Subject } from '../harness.ts'
import {
  acceptItem,
  applicationChange,
  createApplication,
  createEndpoint,
  endpointRow,
  writeNow,
  type CatalogContext,
} from './scene.ts'

export function versionsSuite({ open, shared, catalog, write, application, rowsOf }: CatalogContext): void {
  describe('versions', () => {
    async function versionAfter(change: CatalogChange): Promise<number> {
      const result = await write(change)
      if (result.state !== 'written') throw new Error(result.state)
      expect(result.versions.length).toBe(1)
      return result.versions[0]?.version ?? 0
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
        const version = await versionAfter(change)
        expect(version).toBeGreaterThan(last)
        const accept = (catalogVersion: number): Promise<{ state: string }> =>
          shared().store.queue.accept(acceptItem(app, catalogVersion))
        expect(await accept(last)).toEqual({ state: 'stale_catalog', version })
        expect(await accept(version)).toEqual({ state: 'accepted' })
        const loaded = (await rowsOf(app.org)).applications[0]
        expect(loaded?.version).toBe(version)
        last = version
      }
      await write({ kind: 'delete_application', org: app.org, id: app.id })
      expect(await shared().store.queue.accept(acceptItem(app, last))).toEqual({ state: 'stale_catalog', version: 0 })
    })

    test('of an accept may be any one since a version that it names: before it, after the last, or of none, it is stale', async () => {
      const app = await application()
      const versions: number[] = [(await rowsOf(app.org)).applications[0]!.version]
      for (const name of ['a', 'b', 'c']) versions.push(await versionAfter(applicationChange({ ...app, name }, false)))
      const [first, second, third, last] = versions as [number, number, number, number]
      const accept = (version: number, since: number): Promise<{ state: string }> =>
        shared().store.queue.accept({ ...acceptItem(app, version), since })
      for (const version of [second, third, last]) expect(await accept(version, second)).toEqual({ state: 'accepted' })
      for (const [version, since] of [
        [first, second],
        [third, last],
        [last + 1, second],
        [0, second],
      ] as const)
        expect(await accept(version, since)).toEqual({ state: 'stale_catalog', version: last })
      await write({ kind: 'delete_application', org: app.org, id: app.id })
      expect(await accept(last, second)).toEqual({ state: 'stale_catalog', version: 0 })
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
        const result = await writeNow(of, applicationChange(app, create))
        return result.state === 'written' ? (result.versions[0]?.version ?? 0) : 0
      }
      const first = await version(subject, true)
      const after = await subject.crash()
      expect(await after.store.queue.accept(acceptItem(app, first))).toEqual({ state: 'accepted' })
      expect(await version(after, false)).toBeGreaterThan(first)
      expect(await after.store.queue.accept(acceptItem(app, first))).toMatchObject({ state: 'stale_catalog' })
    })

    test('a change and an accept that come together keep their order', async () => {
      const app = await application()
      const version = (await rowsOf(app.org)).applications[0]?.version ?? 0
      const [changed, accepted] = await Promise.all([
        catalog().write({
          changes: [applicationChange({ ...app, name: 'New' }, false)],
          expected: [{ kind: 'application', id: app.id, version }],
          idempotency: null,
        }),
        shared().store.queue.accept(acceptItem(app, version)),
      ])
      expect(changed.state).toBe('written')
      expect(accepted.state).toBe('stale_catalog')
    })
  })
}
