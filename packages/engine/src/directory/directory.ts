import { completed, endpointFields } from '@posthorn/model'
import type { CompiledDialect } from '@posthorn/wire'
import type { Preset } from '@posthorn/preset'
import { EngineError } from '../errors.ts'
import { repeated } from '../idempotency.ts'
import type { Application, Endpoint, EventType } from '../model.ts'
import type { Policy } from '../options.ts'
import type { Catalog, CatalogChange, EndpointRow, SealedSecret } from '../store/catalog.ts'
import type { Callback } from '../store/operation-store.ts'
import type { IdempotencyRecord } from '../store/idempotency.ts'
import { Callbacks } from './callbacks.ts'
import type { Dialects } from './dialects.ts'
import { dialectNameOf, endpointEntry } from './endpoint-entry.ts'
import type { ApplicationEntry, EndpointEntry, TargetEntry } from './entries.ts'
import { keyPlace, secretPlace } from './places.ts'
import type { Vault } from './vault.ts'

export interface DirectoryParts {
  readonly catalog: Catalog
  readonly vault: Vault
  readonly dialects: Dialects
  readonly presets: ReadonlyMap<string, Preset>
  /** The server's own; a preset's wins over it. */
  readonly policy: Policy
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
  readonly #callbacks: Callbacks
  readonly #writes = new Map<string, Promise<unknown>>()
  readonly vault: Vault

  constructor(parts: DirectoryParts) {
    this.#parts = parts
    this.vault = parts.vault
    this.#callbacks = new Callbacks(parts.vault)
  }

  async load(): Promise<void> {
    const contents = await this.#parts.catalog.load()
    for (const row of contents.dialects) this.#parts.dialects.add(row)
    for (const { application, keys, version } of contents.applications) this.#setApplication(application, keys, version)
    for (const row of contents.endpoints)
      this.#setEndpoint({ ...row, endpoint: completed(endpointFields, row.endpoint) })
    for (const eventType of contents.eventTypes) this.#setEventType(eventType)
    // A wrong key for the secrets fails here, with a clear text, and not at the first delivery.
    for (const { application, keys, endpoints } of this.#applications.values()) {
      if (keys[0]) return void this.vault.open(keyPlace(application.id), keys[0].sealed)
      for (const { endpoint, secrets } of endpoints.values())
        if (secrets[0]) return void this.vault.open(secretPlace(endpoint.id), secrets[0].sealed)
    }
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

  /** What a delivery goes to; `null`: the endpoint was deleted, or the callback is over. */
  target(id: string): TargetEntry | null {
    return this.#applications.get(this.#endpointApps.get(id) ?? '')?.endpoints.get(id) ?? this.#callbackTarget(id)
  }

  #callbackTarget(id: string): TargetEntry | null {
    const app = this.#applications.get(this.#callbacks.applicationOf(id) ?? '')
    if (!app) return null
    const own = this.dialectOf(app, { dialect: null, dialectVersion: null })
    return this.#callbacks.entry(id, app, this.#parts.dialects.forClaims(own))
  }

  /** An endpoint by its id alone. */
  endpointById(id: string): EndpointEntry | null {
    return this.#applications.get(this.#endpointApps.get(id) ?? '')?.endpoints.get(id) ?? null
  }

  /** From now on the operation is a target. */
  awaitCallback(callback: Callback): void {
    this.#callbacks.add(callback)
  }

  forgetCallback(operation: string): void {
    this.#callbacks.remove(operation)
  }

  /** Operations of an application whose callback is still to be delivered. */
  callbacksOf(app: string): string[] {
    return this.#callbacks.of(app)
  }

  /** Ids of an application's endpoints. */
  endpointsOf(app: string): string[] {
    return [...(this.#applications.get(app)?.endpoints.keys() ?? [])]
  }

  endpoints(org: string, app: string): Endpoint[] {
    return [...this.application(org, app).endpoints.values()].map((entry) => entry.endpoint).sort(byId)
  }

  /** The dialect that an endpoint speaks. @throws EngineError `unknown_dialect` */
  dialectOf(app: ApplicationEntry, endpoint: Pick<Endpoint, 'dialect' | 'dialectVersion'>): CompiledDialect {
    const name = dialectNameOf(app, endpoint)
    return this.#parts.dialects.find(app.application.org, name, endpoint.dialectVersion)
  }

  /** The preset of a name. @throws EngineError `unknown_preset` */
  preset(name: string): Preset {
    const preset = this.#parts.presets.get(name)
    if (preset) return preset
    const names = [...this.#parts.presets.keys()].join(', ') || 'none'
    throw new EngineError(
      'unknown_preset',
      `There is no preset ${JSON.stringify(name.slice(0, 80))}. There are: ${names}.`,
      { field: 'name' },
    )
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

  /** Writes, and then shows. @throws EngineError `conflict`, `not_found`, `idempotent_replay`, `idempotency_key_reused` */
  write(change: DirectoryChange, idempotency: IdempotencyRecord | null = null): Promise<void> {
    return this.writeAll([change], idempotency)
  }

  /** The same with all of them or none. The first one is what a refusal names. */
  async writeAll(
    changes: readonly [DirectoryChange, ...DirectoryChange[]],
    idempotency: IdempotencyRecord | null = null,
  ): Promise<void> {
    const [first] = changes
    const stored = changes.map((change) => (change.kind === 'put_endpoint' ? this.#sealed(change) : change))
    const result = await this.#parts.catalog.write(stored, idempotency)
    if (result.state === 'replay') throw repeated(idempotency, result)
    if (result.state === 'missing') throw notFound(nounOf(first), idOf(first))
    if (result.state === 'conflict')
      throw new EngineError(
        'conflict',
        `The ${result.what} of this ${nounOf(first)} is taken by another one. Choose another, or change that one.`,
        { field: result.what },
      )
    const own = new Set(changes.flatMap((change) => (change.kind === 'put_endpoint' ? [change.endpoint.id] : [])))
    // Endpoints are made with what their application says, so it comes first.
    const isApplication = ({ kind }: DirectoryChange): boolean => kind === 'application'
    const ordered = [...changes.filter(isApplication), ...changes.filter((change) => !isApplication(change))]
    for (const change of ordered) this.#show(change, result.versions, own)
  }

  #sealed({ endpoint, secrets, secondarySecrets, create, healthOnly = false }: EndpointChange): CatalogChange {
    const sealedHeaders = this.vault.sealHeaders(endpoint.id, endpoint.headers)
    const row = { endpoint: { ...endpoint, headers: {} }, sealedHeaders, secrets, secondarySecrets }
    return { kind: 'endpoint', row, create, versioned: !healthOnly }
  }

  /** @param own endpoints that have a change of their own in the same write, which an application's does not foretell */
  #show(change: DirectoryChange, versions: Readonly<Record<string, number>>, own: ReadonlySet<string>): void {
    switch (change.kind) {
      case 'application':
        this.#setApplication(change.row.application, change.row.keys, versions[change.row.application.id] ?? 0, own)
        return
      case 'put_endpoint':
        this.#putEntry(change.endpoint, change, versions[change.endpoint.app])
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
        for (const id of this.callbacksOf(change.id)) this.forgetCallback(id)
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
        return
      case 'dialect':
        this.#parts.dialects.add(change.row)
        return
      case 'delete_dialect':
        this.#parts.dialects.delete(change.org, change.name)
        return
      case 'audit':
    }
  }

  #setApplication(
    application: Application,
    keys: readonly SealedSecret[],
    version: number,
    own: ReadonlySet<string> = new Set(),
  ): void {
    const before = this.#applications.get(application.id)
    if (before && before.application.uid !== null) this.#uids.delete(`${application.org} ${before.application.uid}`)
    if (application.uid !== null) this.#uids.set(`${application.org} ${application.uid}`, application.id)
    const preset = application.preset === null ? null : this.#presetOf(application, application.preset)
    const endpoints = before?.endpoints ?? new Map<string, EndpointEntry>()
    this.#applications.set(application.id, { application, preset, keys, version, endpoints })
    // The endpoints may take their dialect and policy from the application.
    for (const entry of endpoints.values())
      if (!own.has(entry.endpoint.id)) this.#putEntry(entry.endpoint, entry, version)
  }

  /** A preset that was applied must be there: it says how this customer's requests look. */
  #presetOf(application: Application, name: string): Preset {
    const preset = this.#parts.presets.get(name)
    if (preset) return preset
    throw new EngineError(
      'unknown_preset',
      `The application ${application.id} was set up with the preset ${JSON.stringify(name)}, which is not there. Put its folder back.`,
    )
  }

  #setEndpoint(row: EndpointRow): void {
    const { endpoint, sealedHeaders } = row
    const headers = this.vault.openHeaders(endpoint.id, sealedHeaders)
    this.#putEntry({ ...endpoint, headers }, row)
  }

  #putEntry(
    endpoint: Endpoint,
    { secrets, secondarySecrets }: Pick<EndpointEntry, 'secrets' | 'secondarySecrets'>,
    version?: number,
  ): void {
    const app = this.#applications.get(endpoint.app)
    if (!app) return
    const before = app.endpoints.get(endpoint.id)
    if (before && before.endpoint.uid !== null) this.#uids.delete(`${endpoint.app} ${before.endpoint.uid}`)
    if (endpoint.uid !== null) this.#uids.set(`${endpoint.app} ${endpoint.uid}`, endpoint.id)
    this.#endpointApps.set(endpoint.id, endpoint.app)
    app.endpoints.set(endpoint.id, endpointEntry(app, endpoint, { secrets, secondarySecrets }, before, this.#parts))
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
  readonly secondarySecrets: readonly SealedSecret[]
  readonly create: boolean
  /** Only its health changed: nothing that accepts are matched with. */
  readonly healthOnly?: boolean
}

/** Every change of the catalog; an endpoint's goes through `EndpointChange`, which seals. */
export type DirectoryChange = Exclude<CatalogChange, { kind: 'endpoint' }> | EndpointChange

export function notFound(noun: string, id: string): EngineError {
  return new EngineError('not_found', `There is no ${noun} ${id} here.`)
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}

function nounOf(change: DirectoryChange): string {
  if (change.kind.endsWith('application')) return 'application'
  if (change.kind.endsWith('endpoint')) return 'endpoint'
  return change.kind.endsWith('dialect') ? 'dialect' : 'event type'
}

function idOf(change: DirectoryChange): string {
  switch (change.kind) {
    case 'application':
      return change.row.application.id
    case 'put_endpoint':
      return change.endpoint.id
    case 'event_type':
    case 'dialect':
      return change.row.name
    case 'audit':
      return change.row.id
    case 'delete_event_type':
    case 'delete_dialect':
      return change.name
    default:
      return change.id
  }
}
