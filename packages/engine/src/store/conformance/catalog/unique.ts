import { describe, expect, test } from 'vitest'
import { anApplication, anEventType } from '../../../testing/nouns.ts'
import type { CatalogChange } from '../../catalog.ts'
import { unique } from '../harness.ts'
import { applicationChange, createApplication, createEndpoint, endpointRow, type CatalogContext } from './scene.ts'

export function uniqueSuite({ write, application, changesNothing }: CatalogContext): void {
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
    expect(await write(create)).toMatchObject({ state: 'written' })
    expect(await changesNothing(() => write(create))).toEqual({ state: 'conflict', what: 'name' })
    const elsewhere = anEventType({ org: unique('org') })
    expect(await write({ kind: 'event_type', row: elsewhere, create: true })).toMatchObject({ state: 'written' })
  })
}
