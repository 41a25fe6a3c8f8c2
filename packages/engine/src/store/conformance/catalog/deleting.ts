import { describe, expect, test } from 'vitest'
import { anEventType } from '../../../testing/nouns.ts'
import { createEndpoint, endpointRow, type CatalogContext } from './scene.ts'

export function deletingSuite({ write, application, rowsOf }: CatalogContext): void {
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
}
