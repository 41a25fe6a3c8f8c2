import { expect, test } from 'vitest'
import { anApplication, anEndpoint, anEventType } from '../../../testing/nouns.ts'
import type { EndpointRow } from '../../catalog.ts'
import { oddTexts, t0, unique } from '../harness.ts'
import { createEndpoint, endpointRow, writeNow, type CatalogContext } from './scene.ts'

export function loadSuite({ open, write, application, rowsOf }: CatalogContext): void {
  test('what is written is loaded as it was, also by the next process', async () => {
    const subject = await open()
    expect(await subject.store.catalog.load()).toEqual({
      organisations: [],
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
    await writeNow(subject, { kind: 'application', row: { application: app, keys }, create: true })
    await writeNow(subject, createEndpoint(row))
    await writeNow(subject, { kind: 'event_type', row: type, create: true })
    const contents = await subject.store.catalog.load()
    expect(contents).toMatchObject({
      organisations: [{ id: type.org, version: 1 }],
      applications: [{ application: app, keys, version: 2 }],
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
}
