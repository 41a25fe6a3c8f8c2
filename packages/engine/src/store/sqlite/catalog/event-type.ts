import type { DatabaseSync } from 'node:sqlite'
import type { EventType } from '../../../model.ts'
import { missing, type ChangesOf } from './rows.ts'

export function eventTypeChanges(database: DatabaseSync): ChangesOf<'event_type' | 'delete_event_type'> {
  const byName = database.prepare('SELECT 1 FROM event_type WHERE org = ? AND name = ?')
  const put = database.prepare(
    `INSERT INTO event_type (org, name, data) VALUES (?, ?, ?)
    ON CONFLICT (org, name) DO UPDATE SET data = excluded.data`,
  )
  const remove = database.prepare('DELETE FROM event_type WHERE org = ? AND name = ?')
  return {
    event_type: {
      refusal({ row: { org, name }, create }) {
        const found = byName.get(org, name) !== undefined
        if (create) return found ? { state: 'conflict', what: 'name' } : null
        return found ? null : missing
      },
      make: ({ row }) => void put.run(row.org, row.name, JSON.stringify(row)),
    },
    delete_event_type: {
      refusal: ({ org, name }) => (byName.get(org, name) ? null : missing),
      make: ({ org, name }) => void remove.run(org, name),
    },
  }
}

export function readEventTypes(database: DatabaseSync): () => EventType[] {
  const select = database.prepare('SELECT data FROM event_type ORDER BY org, name')
  return () => select.all().map((row) => JSON.parse(String(row.data)) as EventType)
}
