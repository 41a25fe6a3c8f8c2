import type { CompiledDialect } from '@posthorn/wire'
import { EngineError } from './errors.ts'
import type { Application, Endpoint, EventType } from './model.ts'
import type { SecretBox } from './secrets.ts'
import type { Catalog, CatalogChange, EndpointRow, SealedSecret } from './store/catalog.ts'
import type { IdempotencyRecord } from './store/queue.ts'

/** An endpoint in memory, with what only a delivery needs: opened when it is first used. */
export interface EndpointEntry {
  readonly endpoint: Endpoint
  readonly secrets: readonly SealedSecret[]
  /** Secrets that were opened, by their sealed text. */
  readonly opened: Map<string, string>
  readonly dialect: CompiledDialect
}

export interface ApplicationEntry {
  readonly application: Application
  readonly version: number
  /** In id order, which is order of creation. */
  readonly endpoints: Map<string, EndpointEntry>
}

export interface DirectoryParts {
  readonly catalog: Catalog
  readonly box: SecretBox
  /** The dialect of an endpoint that may name none, in an application that may name none. */
  dialectOf(endpoint: Pick<Endpoint, 'dialect'>, application: Pick<Application, 'dialect'>): CompiledDialect
  now(): number
}

/**
 * The catalog in memory: every read of configuration is a look-up here. Changes are written first and seen after that,
 * one at a time for each application, so that a patch and a change of health never overwrite each other.
 */
export class Directory {
  readonly #parts: DirectoryParts
  readonly #applications = new Map<string, ApplicationEntry>()
  readonly #uids = new Map<string, string>()
  readonly #endpointApps = new Map<string, string>()
  readonly #eventTypes = new Map<string, Map<string, EventType>>()
  readonly #writes = new Map<string, Promise<unknown>>()

  constructor(parts: DirectoryParts) {
    this.#parts = parts
  }

  async load(): Promise<void> {
    const contents = await this.#parts.catalog.load()
    for (const { application, version } of contents.applications) this.#setApplication(application, version)
    for (const row of contents.endpoints) this.#setEndpoint(row)
    for (const eventType of contents.eventTypes) this.#setEventType(eventType)
    // Fails now, with a clear text, rather than at the first delivery: the key is not the one that sealed these.
    const entry = [...this.#applications.values()]
      .flatMap((app) => [...app.endpoints.values()])
      .find((e) => e.secrets[0])
    if (entry) this.secretsOf(entry)
  }

  // Applications

  /** By id or the vendor's own uid. */
  application(org: string, idOrUid: string): ApplicationEntry {
    const entry = this.findApplication(org, idOrUid)
    if (!entry) throw notFound('application', idOrUid)
    return entry
  }

  findApplication(org: string, idOrUid: string): ApplicationEntry | null {
    const entry = this.#applications.get(idOrUid) ?? this.#applications.get(this.#uids.get(`${org} ${idOrUid}`) ?? '')
    return entry?.application.org === org ? entry : null
  }

  /** Whose application it is; empty when it was deleted. */
  organisationOf(app: string): string {
    return this.#applications.get(app)?.application.org ?? ''
  }

  applications(org: string): Application[] {
    const found: Application[] = []
    for (const { application } of this.#applications.values()) if (application.org === org) found.push(application)
    return found.sort(byId)
  }

  // Endpoints

  endpoint(org: string, app: string, idOrUid: string): EndpointEntry {
    const entry = this.findEndpoint(this.application(org, app), idOrUid)
    if (!entry) throw notFound('endpoint', idOrUid)
    return entry
  }

  findEndpoint(app: ApplicationEntry, idOrUid: string): EndpointEntry | null {
    const id = this.#uids.get(`${app.application.id} ${idOrUid}`)
    return app.endpoints.get(idOrUid) ?? (id === undefined ? null : (app.endpoints.get(id) ?? null))
  }

  /** The endpoint that a lane sends to; `null` once it was deleted. */
  target(id: string): EndpointEntry | null {
    return this.#applications.get(this.#endpointApps.get(id) ?? '')?.endpoints.get(id) ?? null
  }

  /** Ids of an application's endpoints. */
  endpointsOf(app: string): string[] {
    return [...(this.#applications.get(app)?.endpoints.keys() ?? [])]
  }

  applicationOf(endpoint: EndpointEntry): ApplicationEntry | null {
    return this.#applications.get(endpoint.endpoint.app) ?? null
  }

  endpoints(org: string, app: string): Endpoint[] {
    return [...this.application(org, app).endpoints.values()].map((entry) => entry.endpoint).sort(byId)
  }

  /** The secrets that sign now, newest first. @throws EngineError `database_refused` */
  secretsOf(entry: EndpointEntry): string[] {
    const now = this.#parts.now()
    const live = entry.secrets.filter(({ until }) => until === null || until > now)
    return live.map(({ sealed }) => {
      let secret = entry.opened.get(sealed)
      if (secret === undefined) {
        secret = this.#parts.box.open(secretPlace(entry.endpoint.id), sealed)
        entry.opened.set(sealed, secret)
      }
      return secret
    })
  }

  sealSecret(endpoint: string, secret: string): string {
    return this.#parts.box.seal(secretPlace(endpoint), secret)
  }

  // Event types

  eventType(org: string, name: string): EventType {
    const found = this.findEventType(org, name)
    if (!found) throw notFound('event type', name)
    return found
  }

  findEventType(org: string, name: string): EventType | null {
    return this.#eventTypes.get(org)?.get(name) ?? null
  }

  eventTypes(org: string): EventType[] {
    return [...(this.#eventTypes.get(org)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  // Changes

  /** Runs changes of one application (or of an organisation's event types) one after another. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#writes.get(key) ?? Promise.resolve()
    const result = before.then(work, work)
    const settled = result.catch(() => undefined)
    this.#writes.set(key, settled)
    void settled.then(() => {
      if (this.#writes.get(key) === settled) this.#writes.delete(key)
    })
    return result
  }

  /** Writes, and then shows. @throws EngineError `conflict`, `not_found`, `idempotent_replay` */
  async write(change: CatalogChange | EndpointChange, idempotency: IdempotencyRecord | null = null): Promise<void> {
    const stored = change.kind === 'put_endpoint' ? this.#sealed(change) : change
    const result = await this.#parts.catalog.write([stored], idempotency)
    if (result.state === 'replay')
      throw new EngineError('idempotent_replay', 'This Idempotency-Key was answered before.', {
        replay: { fingerprint: result.fingerprint, answer: result.answer },
      })
    if (result.state === 'missing') throw notFound(nounOf(change), idOf(change))
    if (result.state === 'conflict')
      throw new EngineError(
        'conflict',
        `The ${result.what} of this ${nounOf(change)} is taken by another one. Choose another, or change that one.`,
        { field: result.what },
      )
    this.#show(change, result.versions)
  }

  #sealed({ endpoint, secrets, create, healthOnly = false }: EndpointChange): CatalogChange {
    const hasHeaders = Object.keys(endpoint.headers).length > 0
    const sealedHeaders = hasHeaders
      ? this.#parts.box.seal(headersPlace(endpoint.id), JSON.stringify(endpoint.headers))
      : null
    const row = { endpoint: { ...endpoint, headers: {} }, sealedHeaders, secrets }
    return { kind: 'endpoint', row, create, versioned: !healthOnly }
  }

  #show(change: CatalogChange | EndpointChange, versions: Readonly<Record<string, number>>): void {
    switch (change.kind) {
      case 'application':
        this.#setApplication(change.row, versions[change.row.id] ?? 0)
        return
      case 'put_endpoint': {
        const { endpoint, secrets } = change
        this.#putEntry(endpoint, secrets, versions[endpoint.app])
        return
      }
      case 'endpoint':
        return
      case 'event_type':
        this.#setEventType(change.row)
        return
      case 'delete_application': {
        const entry = this.#applications.get(change.id)
        if (!entry) return
        for (const endpoint of entry.endpoints.values()) this.#forgetEndpoint(entry, endpoint.endpoint)
        if (entry.application.uid !== null) this.#uids.delete(`${change.org} ${entry.application.uid}`)
        this.#applications.delete(change.id)
        return
      }
      case 'delete_endpoint': {
        const entry = this.#applications.get(change.app)
        const endpoint = entry?.endpoints.get(change.id)
        if (!entry || !endpoint) return
        this.#forgetEndpoint(entry, endpoint.endpoint)
        this.#applications.set(change.app, { ...entry, version: versions[change.app] ?? entry.version })
        return
      }
      case 'delete_event_type':
        this.#eventTypes.get(change.org)?.delete(change.name)
    }
  }

  #setApplication(application: Application, version: number): void {
    const before = this.#applications.get(application.id)
    if (before && before.application.uid !== null) this.#uids.delete(`${application.org} ${before.application.uid}`)
    if (application.uid !== null) this.#uids.set(`${application.org} ${application.uid}`, application.id)
    const entry = { application, version, endpoints: before?.endpoints ?? new Map<string, EndpointEntry>() }
    this.#applications.set(application.id, entry)
    // The endpoints may take their dialect from the application.
    for (const { endpoint, secrets } of entry.endpoints.values()) this.#putEntry(endpoint, secrets, version)
  }

  #setEndpoint(row: EndpointRow): void {
    const { endpoint, sealedHeaders, secrets } = row
    const headers =
      sealedHeaders === null
        ? {}
        : (JSON.parse(this.#parts.box.open(headersPlace(endpoint.id), sealedHeaders)) as Record<string, string>)
    this.#putEntry({ ...endpoint, headers }, secrets)
  }

  #putEntry(endpoint: Endpoint, secrets: readonly SealedSecret[], version?: number): void {
    const app = this.#applications.get(endpoint.app)
    if (!app) return
    const before = app.endpoints.get(endpoint.id)
    if (before && before.endpoint.uid !== null) this.#uids.delete(`${endpoint.app} ${before.endpoint.uid}`)
    if (endpoint.uid !== null) this.#uids.set(`${endpoint.app} ${endpoint.uid}`, endpoint.id)
    this.#endpointApps.set(endpoint.id, endpoint.app)
    const dialect = this.#parts.dialectOf(endpoint, app.application)
    app.endpoints.set(endpoint.id, { endpoint, secrets, opened: new Map(), dialect })
    if (version !== undefined) this.#applications.set(endpoint.app, { ...app, version })
  }

  #forgetEndpoint(app: ApplicationEntry, endpoint: Endpoint): void {
    app.endpoints.delete(endpoint.id)
    this.#endpointApps.delete(endpoint.id)
    if (endpoint.uid !== null) this.#uids.delete(`${endpoint.app} ${endpoint.uid}`)
  }

  #setEventType(eventType: EventType): void {
    let types = this.#eventTypes.get(eventType.org)
    if (!types) {
      types = new Map()
      this.#eventTypes.set(eventType.org, types)
    }
    types.set(eventType.name, eventType)
  }
}

/** An endpoint as it will stand in memory; its headers are sealed on the way to the disk. */
export interface EndpointChange {
  readonly kind: 'put_endpoint'
  readonly endpoint: Endpoint
  readonly secrets: readonly SealedSecret[]
  readonly create: boolean
  /** Only its health changed: nothing that accepts are matched with. */
  readonly healthOnly?: boolean
}

export function notFound(noun: string, id: string): EngineError {
  return new EngineError('not_found', `There is no ${noun} ${id} here.`)
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}

function secretPlace(endpoint: string): string {
  return `endpoint|${endpoint}|secret`
}

function headersPlace(endpoint: string): string {
  return `endpoint|${endpoint}|headers`
}

function nounOf(change: CatalogChange | EndpointChange): string {
  if (change.kind.endsWith('application')) return 'application'
  return change.kind.endsWith('endpoint') ? 'endpoint' : 'event type'
}

function idOf(change: CatalogChange | EndpointChange): string {
  switch (change.kind) {
    case 'application':
      return change.row.id
    case 'endpoint':
      return change.row.endpoint.id
    case 'put_endpoint':
      return change.endpoint.id
    case 'event_type':
      return change.row.name
    case 'delete_event_type':
      return change.name
    default:
      return change.id
  }
}
