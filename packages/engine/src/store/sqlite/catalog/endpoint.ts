import type { DatabaseSync } from 'node:sqlite'
import type { Endpoint } from '../../../model.ts'
import type { EndpointRow, SealedSecret } from '../../catalog.ts'
import { missing, type ChangesOf } from './rows.ts'

/** What of an endpoint is stored encrypted: one column of JSON. */
interface Sealed {
  readonly headers: string | null
  readonly secrets: readonly SealedSecret[]
  readonly secondary: readonly SealedSecret[]
}

export function endpointChanges(database: DatabaseSync): ChangesOf<'endpoint' | 'delete_endpoint'> {
  const applicationById = database.prepare('SELECT 1 FROM application WHERE id = ? AND org = ?')
  const byId = database.prepare('SELECT 1 FROM endpoint WHERE id = ? AND app = ?')
  const byUid = database.prepare('SELECT id FROM endpoint WHERE app = ? AND uid = ?')
  const put = database.prepare(
    `INSERT INTO endpoint (id, org, app, uid, data, sealed) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET uid = excluded.uid, data = excluded.data, sealed = excluded.sealed`,
  )
  const remove = database.prepare('DELETE FROM endpoint WHERE id = ?')
  return {
    endpoint: {
      refusal({ row, create }) {
        const { id, app, org, uid } = row.endpoint
        if (!applicationById.get(app, org)) return missing
        if (!create && !byId.get(id, app)) return missing
        const taken = uid === null ? undefined : byUid.get(app, uid)
        return taken && taken.id !== id ? { state: 'conflict', what: 'uid' } : null
      },
      make({ row: { endpoint, sealedHeaders: headers, secrets, secondarySecrets: secondary } }) {
        const { id, org, app, uid } = endpoint
        const sealed: Sealed = { headers, secrets, secondary }
        put.run(id, org, app, uid, JSON.stringify(endpoint), JSON.stringify(sealed))
      },
    },
    delete_endpoint: {
      refusal: ({ id, app }) => (byId.get(id, app) ? null : missing),
      make: ({ id }) => void remove.run(id),
    },
  }
}

export function readEndpoints(database: DatabaseSync): () => EndpointRow[] {
  const select = database.prepare('SELECT data, sealed FROM endpoint ORDER BY id')
  return () =>
    select.all().map((row) => {
      const { headers, secrets, secondary } = JSON.parse(String(row.sealed)) as Sealed
      const endpoint = JSON.parse(String(row.data)) as Endpoint
      return { endpoint, sealedHeaders: headers, secrets, secondarySecrets: secondary }
    })
}
