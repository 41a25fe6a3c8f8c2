import { expect, test } from 'vitest'
import { anApplication, anEventType } from '../../../testing/nouns.ts'
import type { CatalogChange } from '../../catalog.ts'
import { unique } from '../harness.ts'
import { applicationChange, createEndpoint, endpointRow, type CatalogContext } from './scene.ts'

export function missingSuite({ write, application, changesNothing }: CatalogContext): void {
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
}
