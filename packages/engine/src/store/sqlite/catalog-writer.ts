import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Application, AuditEntry, DialectVersion, EventType, Endpoint } from '../../model.ts'
import type {
  AuditQuery,
  CatalogChange,
  CatalogContents,
  CatalogWriteResult,
  EndpointRow,
  SealedSecret,
} from '../catalog.ts'
import { Conditions } from './conditions.ts'
import type { OperationWriter } from './operation-writer.ts'

type Written = Exclude<CatalogWriteResult, { state: 'replay' }>

/** Writes the catalog's rows. One instance a file, in the writer's thread, beside the queue that checks its versions. */
export class CatalogWriter {
  readonly #database: DatabaseSync
  readonly #statements: Record<keyof typeof sql, StatementSync>
  /** Version of each application's configuration: what an accept was matched with must still be it. */
  readonly #versions = new Map<string, number>()
  readonly #allVersions: StatementSync
  readonly #operations: Pick<OperationWriter, 'deleteAllOf'>

  constructor(database: DatabaseSync, operations: Pick<OperationWriter, 'deleteAllOf'>) {
    this.#database = database
    this.#operations = operations
    const prepared = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)])
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof sql, StatementSync>
    this.#allVersions = database.prepare('SELECT id, version FROM application')
    this.reloadVersions()
  }

  reloadVersions(): void {
    this.#versions.clear()
    for (const row of this.#allVersions.iterate()) this.#versions.set(String(row.id), Number(row.version))
  }

  /** 0 where there is no such application. */
  version(app: string): number {
    return this.#versions.get(app) ?? 0
  }

  /** All changes or none. Each is looked at when those before it are written: an application and its endpoint come together. */
  write(changes: readonly CatalogChange[]): Written {
    if (changes.length === 1) return this.#writeEach(changes)
    this.#database.exec('SAVEPOINT changes')
    const result = this.#writeEach(changes)
    if (result.state !== 'written') {
      this.#database.exec('ROLLBACK TO changes')
      this.reloadVersions()
    }
    this.#database.exec('RELEASE changes')
    return result
  }

  #writeEach(changes: readonly CatalogChange[]): Written {
    const versions: Record<string, number> = {}
    for (const change of changes) {
      const refusal = this.#refusal(change)
      if (refusal) return refusal
      const app = this.#apply(change)
      if (app === null) continue
      if (change.kind === 'delete_application') {
        this.#versions.delete(app)
        delete versions[app]
        continue
      }
      const version = this.version(app) + 1
      this.#statements.setVersion.run(version, app)
      this.#versions.set(app, version)
      versions[app] = version
    }
    return { state: 'written', versions }
  }

  #refusal(change: CatalogChange): Written | null {
    const missing: Written = { state: 'missing' }
    switch (change.kind) {
      case 'application': {
        const { id, org, uid } = change.row.application
        if (!change.create && !this.#statements.applicationById.get(id, org)) return missing
        const taken = uid === null ? undefined : this.#statements.applicationByUid.get(org, uid)
        if (taken && taken.id !== id) return { state: 'conflict', what: 'uid' }
        break
      }
      case 'endpoint': {
        const { id, app, org, uid } = change.row.endpoint
        if (!this.#statements.applicationById.get(app, org)) return missing
        if (!change.create && !this.#statements.endpointById.get(id, app)) return missing
        const taken = uid === null ? undefined : this.#statements.endpointByUid.get(app, uid)
        if (taken && taken.id !== id) return { state: 'conflict', what: 'uid' }
        break
      }
      case 'event_type': {
        const found = this.#statements.eventType.get(change.row.org, change.row.name)
        if (change.create && found) return { state: 'conflict', what: 'name' }
        if (!change.create && !found) return missing
        break
      }
      case 'delete_application':
        if (!this.#statements.applicationById.get(change.id, change.org)) return missing
        break
      case 'delete_endpoint':
        if (!this.#statements.endpointById.get(change.id, change.app)) return missing
        break
      case 'delete_event_type':
        if (!this.#statements.eventType.get(change.org, change.name)) return missing
        break
      case 'dialect': {
        const { org, name, version } = change.row
        if (this.#statements.dialect.get(org, name, version)) return { state: 'conflict', what: 'version' }
        break
      }
      case 'delete_dialect':
        if (!this.#statements.anyDialect.get(change.org, change.name)) return missing
        break
      case 'audit':
        break
    }
    return null
  }

  /** Answers the application whose configuration changed. */
  #apply(change: CatalogChange): string | null {
    switch (change.kind) {
      case 'application': {
        const { id, org, uid } = change.row.application
        const { application, keys } = change.row
        this.#statements.putApplication.run(id, org, uid, JSON.stringify(application), JSON.stringify(keys))
        return id
      }
      case 'endpoint': {
        const { id, org, app, uid } = change.row.endpoint
        const { sealedHeaders: headers, secrets, secondarySecrets: secondary } = change.row
        const sealed = JSON.stringify({ headers, secrets, secondary })
        this.#statements.putEndpoint.run(id, org, app, uid, JSON.stringify(change.row.endpoint), sealed)
        return change.versioned ? app : null
      }
      case 'event_type':
        this.#statements.putEventType.run(change.row.org, change.row.name, JSON.stringify(change.row))
        return null
      case 'delete_application':
        this.#statements.deleteEndpointsOf.run(change.id)
        this.#operations.deleteAllOf(change.id)
        this.#statements.deleteApplication.run(change.id)
        return change.id
      case 'delete_endpoint':
        this.#statements.deleteEndpoint.run(change.id)
        return change.app
      case 'delete_event_type':
        this.#statements.deleteEventType.run(change.org, change.name)
        return null
      case 'dialect': {
        const { org, name, version } = change.row
        this.#statements.putDialect.run(org, name, version, JSON.stringify(change.row))
        return null
      }
      case 'delete_dialect':
        this.#statements.deleteDialect.run(change.org, change.name)
        return null
      case 'audit':
        this.#statements.putAudit.run(change.row.id, change.row.org, change.row.app, JSON.stringify(change.row))
        return null
    }
  }
}

/** Reads the whole catalog, each kind in id order, with the version of each application. */
export function loadCatalog(database: DatabaseSync): CatalogContents {
  const applications = database.prepare('SELECT data, sealed, version FROM application ORDER BY id').all()
  const endpoints = database.prepare('SELECT data, sealed FROM endpoint ORDER BY id').all()
  const eventTypes = database.prepare('SELECT data FROM event_type ORDER BY org, name').all()
  const dialects = database.prepare('SELECT data FROM dialect ORDER BY org, name, version').all()
  return {
    applications: applications.map((row) => ({
      application: JSON.parse(String(row.data)) as Application,
      keys: JSON.parse(String(row.sealed)) as SealedSecret[],
      version: Number(row.version),
    })),
    endpoints: endpoints.map((row) => ({
      endpoint: JSON.parse(String(row.data)) as Endpoint,
      ...sealedParts(JSON.parse(String(row.sealed)) as Sealed),
    })),
    eventTypes: eventTypes.map((row) => JSON.parse(String(row.data)) as EventType),
    dialects: dialects.map((row) => JSON.parse(String(row.data)) as DialectVersion),
  }
}

export function readAudit(database: DatabaseSync, query: AuditQuery): AuditEntry[] {
  const where = new Conditions()
  where.and('org = ?', query.org)
  if (query.app !== null) where.and('app = ?', query.app)
  if (query.cursor !== null) where.and(query.order === 'ascending' ? 'id > ?' : 'id < ?', query.cursor)
  const direction = query.order === 'ascending' ? 'ASC' : 'DESC'
  const rows = database
    .prepare(`SELECT data FROM audit WHERE ${where.sql} ORDER BY id ${direction} LIMIT ?`)
    .all(...where.values, query.limit)
  return rows.map((row) => JSON.parse(String(row.data)) as AuditEntry)
}

/** What of an endpoint is stored encrypted. */
interface Sealed {
  readonly headers: string | null
  readonly secrets: readonly SealedSecret[]
  readonly secondary: readonly SealedSecret[]
}

function sealedParts({ headers, secrets, secondary }: Sealed): Omit<EndpointRow, 'endpoint'> {
  return { sealedHeaders: headers, secrets, secondarySecrets: secondary }
}

const sql = {
  applicationById: 'SELECT 1 FROM application WHERE id = ? AND org = ?',
  applicationByUid: 'SELECT id FROM application WHERE org = ? AND uid = ?',
  endpointById: 'SELECT 1 FROM endpoint WHERE id = ? AND app = ?',
  endpointByUid: 'SELECT id FROM endpoint WHERE app = ? AND uid = ?',
  eventType: 'SELECT 1 FROM event_type WHERE org = ? AND name = ?',
  dialect: 'SELECT 1 FROM dialect WHERE org = ? AND name = ? AND version = ?',
  anyDialect: 'SELECT 1 FROM dialect WHERE org = ? AND name = ? LIMIT 1',
  putApplication: `INSERT INTO application (id, org, uid, version, data, sealed) VALUES (?, ?, ?, 0, ?, ?)
    ON CONFLICT (id) DO UPDATE SET uid = excluded.uid, data = excluded.data, sealed = excluded.sealed`,
  putEndpoint: `INSERT INTO endpoint (id, org, app, uid, data, sealed) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET uid = excluded.uid, data = excluded.data, sealed = excluded.sealed`,
  putEventType: `INSERT INTO event_type (org, name, data) VALUES (?, ?, ?)
    ON CONFLICT (org, name) DO UPDATE SET data = excluded.data`,
  putDialect: 'INSERT INTO dialect (org, name, version, data) VALUES (?, ?, ?, ?)',
  putAudit: 'INSERT INTO audit (id, org, app, data) VALUES (?, ?, ?, ?)',
  setVersion: 'UPDATE application SET version = ? WHERE id = ?',
  deleteApplication: 'DELETE FROM application WHERE id = ?',
  deleteEndpointsOf: 'DELETE FROM endpoint WHERE app = ?',
  deleteEndpoint: 'DELETE FROM endpoint WHERE id = ?',
  deleteEventType: 'DELETE FROM event_type WHERE org = ? AND name = ?',
  deleteDialect: 'DELETE FROM dialect WHERE org = ? AND name = ?',
} as const
