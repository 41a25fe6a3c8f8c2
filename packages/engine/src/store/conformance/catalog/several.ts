import { describe, expect, test } from 'vitest'
import { anApplication, anEventType } from '../../../testing/nouns.ts'
import type { CatalogChange } from '../../catalog.ts'
import { unique } from '../harness.ts'
import {
  acceptItem,
  applicationChange,
  createApplication,
  createEndpoint,
  endpointRow,
  type CatalogContext,
} from './scene.ts'

export function severalSuite({ shared, write, application, rowsOf, changesNothing }: CatalogContext): void {
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
      expect(await shared().store.queue.accept(acceptItem(app, version))).toEqual({ state: 'accepted' })
    })

    test('that contradict each other are a conflict', async () => {
      const org = unique('org')
      const twins = [1, 2].map(() => createApplication(anApplication({ id: unique('app'), org, uid: 'acme' })))
      expect(await changesNothing(() => write(...twins))).toEqual({ state: 'conflict', what: 'uid' })
    })
  })
}
