import type { CompiledDialect } from '@posthorn/wire'
import type { Preset } from '@posthorn/preset'
import { EngineError } from '../errors.ts'
import { repeated } from '../idempotency.ts'
import type { Application, Endpoint, EventType } from '../model.ts'
import type { Policy } from '../options.ts'
import type {
  Catalog,
  CatalogChange,
  CatalogContents,
  EndpointRow,
  SealedSecret,
  UnitVersion,
} from '../store/catalog.ts'
import { unitOf, unitsOf } from '../store/catalog-units.ts'
import type { Callback } from '../store/operation-store.ts'
import type { IdempotencyRecord } from '../store/idempotency.ts'
import { Callbacks } from './callbacks.ts'
import type { Dialects } from './dialects.ts'
import { dialectNameOf, endpointEntry } from './endpoint-entry.ts'
import type { ApplicationEntry, EndpointEntry, TargetEntry } from './entries.ts'
import { keyPlace, secretPlace } from './places.ts'
import { readCatalog } from './read-catalog.ts'
import { StaleChanges } from './stale-changes.ts'
import { organisationTurn, turnOf, Turns } from './turns.ts'
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
  readonly #turns = new Turns()
  /** The version in memory with which each turn began that runs now. */
  readonly #basis = new Map<string, number>()
  /** Versions of organisations, by their turn. */
  readonly #organisations = new Map<string, number>()
  readonly vault: Vault

  constructor(parts: DirectoryParts) {
    this.#parts = parts
    this.vault = parts.vault
    this.#callbacks = new Callbacks(parts.vault)
  }

  async load(): Promise<void> {
    this.#take(await readCatalog(this.#parts.catalog))
    // A wrong key for the secrets fails here, with a clear text, and not at the first delivery.
    for (const { application, keys, endpoints } of this.#applications.values()) {
      if (keys[0]) return void this.vault.open(keyPlace(application.id), keys[0].sealed)
      for (const { endpoint, secrets } of endpoints.values())
        if (secrets[0]) return void this.vault.open(secretPlace(endpoint.id), secrets[0].sealed)
    }
  }

  /**
   * Reads everything again and takes what is newer than in memory. Another node's changes are rare, and the catalog is small; a
   * store that many nodes share will read only what changed.
   */
  async #readNewer(): Promise<void> {
    const before = new Set(this.#applications.keys())
    const contents = await readCatalog(this.#parts.catalog)
    const stored = new Set(contents.applications.map(({ application }) => application.id))
    // Deleted by another node. What came into memory while this was read is not in it.
    for (const id of before) if (!stored.has(id)) this.#forgetApplication(id)
    // Deleted here while this was read.
    const gone = new Set([...before].filter((id) => !this.#applications.has(id)))
    this.#take(contents, ({ id }) => !gone.has(id))
  }

  /** Takes the organisations and applications whose version is higher than that in memory. */
  #take(contents: CatalogContents, wanted: (application: Application) => boolean = () => true): void {
    for (const { org, eventTypes, dialects, version } of organisationsOf(contents)) {
      const turn = organisationTurn(org)
      if (this.#organisations.has(turn) && version <= this.#versionOf(turn)) continue
      this.#organisations.set(turn, version)
      this.#parts.dialects.replace(org, dialects)
      this.#eventTypes.delete(org)
      for (const eventType of eventTypes) this.#setEventType(eventType)
    }
    const endpoints = Map.groupBy(contents.endpoints, ({ endpoint }) => endpoint.app)
    for (const { application, keys, version } of contents.applications) {
      const { id } = application
      if (version <= this.#versionOf(id) || !wanted(application)) continue
      const rows = endpoints.get(id) ?? []
      const ids = new Set(rows.map(({ endpoint }) => endpoint.id))
      const before = this.#applications.get(id)
      for (const { endpoint } of before?.endpoints.values() ?? [])
        if (!ids.has(endpoint.id)) this.#forgetEndpoint(before!, endpoint)
      this.#setApplication(application, keys, version, ids)
      for (const row of rows) this.#setEndpoint(row)
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

  /**
   * Runs changes of one application, or of one organisation (`organisationTurn`), one after another. Where another node changed it
   * since it was read here, nothing was written: it is read again and the work is repeated.
   */
  exclusively<T>(turn: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(turn, async () => {
      for (;;) {
        this.#basis.set(turn, this.#versionOf(turn))
        try {
          return await work()
        } catch (error) {
          if (!(error instanceof StaleChanges && error.turns.has(turn))) throw error
        } finally {
          this.#basis.delete(turn)
        }
      }
    })
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
    const expected = this.#expected(stored)
    const result = await this.#parts.catalog.write({ changes: stored, expected, idempotency })
    if (result.state === 'stale') {
      await this.#readNewer()
      throw new StaleChanges(result.units.map(turnOf))
    }
    if (result.state === 'replay') throw repeated(idempotency, result)
    if (result.state === 'missing') throw notFound(nounOf(first), idOf(first))
    if (result.state === 'conflict')
      throw new EngineError(
        'conflict',
        `The ${result.what} of this ${nounOf(first)} is taken by another one. Choose another, or change that one.`,
        { field: result.what },
      )
    this.#showAll(changes, expected, result.versions)
  }

  /** Reads the application again, where what is stored is newer than this and that is not known here yet. */
  async catchUp({ application: { id }, version }: ApplicationEntry): Promise<void> {
    if (this.#versionOf(id) === version) await this.#readNewer()
  }

  /** The versions that changes are computed from: those with which their turns began. */
  #expected(changes: readonly CatalogChange[]): UnitVersion[] {
    const created = new Set(
      changes.flatMap((change) => (change.kind === 'application' && change.create ? [change.row.application.id] : [])),
    )
    return unitsOf(changes).map((unit) => {
      const turn = turnOf(unit)
      const version = created.has(turn) ? 0 : this.#basis.get(turn)
      if (version === undefined) throw new Error(`A change of ${turn} is written outside of its turn.`)
      return { ...unit, version }
    })
  }

  /** The version in memory of an application or an organisation; 0: there is none. */
  #versionOf(turn: string): number {
    return this.#applications.get(turn)?.version ?? this.#organisations.get(turn) ?? 0
  }

  #sealed({ endpoint, secrets, secondarySecrets, create, healthOnly = false }: EndpointChange): CatalogChange {
    const sealedHeaders = this.vault.sealHeaders(endpoint.id, endpoint.headers)
    const row = { endpoint: { ...endpoint, headers: {} }, sealedHeaders, secrets, secondarySecrets }
    return { kind: 'endpoint', row, create, versioned: !healthOnly }
  }

  #showAll(
    changes: readonly DirectoryChange[],
    expected: readonly UnitVersion[],
    versions: readonly UnitVersion[],
  ): void {
    // What was read again meanwhile has these changes, and may be newer.
    const current = new Set(expected.filter((unit) => this.#versionOf(turnOf(unit)) === unit.version).map(turnOf))
    const raised = new Map(versions.map((unit) => [turnOf(unit), unit.version]))
    const own = new Set(changes.flatMap((change) => (change.kind === 'put_endpoint' ? [change.endpoint.id] : [])))
    // Endpoints are made with what their application says, so it comes first.
    const isApplication = ({ kind }: DirectoryChange): boolean => kind === 'application'
    const ordered = [...changes.filter(isApplication), ...changes.filter((change) => !isApplication(change))]
    for (const change of ordered) {
      const turn = turnOfChange(change)
      if (turn !== null && current.has(turn)) this.#show(change, raised, own)
    }
    for (const unit of versions)
      if (unit.kind === 'organisation' && current.has(turnOf(unit))) this.#organisations.set(turnOf(unit), unit.version)
  }

  /** @param own endpoints that have a change of their own in the same write, which an application's does not foretell */
  #show(change: DirectoryChange, versions: ReadonlyMap<string, number>, own: ReadonlySet<string>): void {
    switch (change.kind) {
      case 'application':
        this.#setApplication(change.row.application, change.row.keys, versions.get(change.row.application.id) ?? 0, own)
        return
      case 'put_endpoint':
        this.#putEntry(change.endpoint, change, versions.get(change.endpoint.app))
        return
      case 'event_type':
        this.#setEventType(change.row)
        return
      case 'delete_application':
        this.#forgetApplication(change.id)
        return
      case 'delete_endpoint': {
        const entry = this.#applications.get(change.app)
        const endpoint = entry?.endpoints.get(change.id)
        if (!entry || !endpoint) return
        this.#forgetEndpoint(entry, endpoint.endpoint)
        this.#applications.set(change.app, { ...entry, version: versions.get(change.app) ?? entry.version })
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

  #forgetApplication(id: string): void {
    const entry = this.#applications.get(id)
    if (!entry) return
    const { org, uid } = entry.application
    for (const { endpoint } of entry.endpoints.values()) this.#forgetEndpoint(entry, endpoint)
    if (uid !== null) this.#uids.delete(`${org} ${uid}`)
    this.#applications.delete(id)
    for (const operation of this.callbacksOf(id)) this.forgetCallback(operation)
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

/** The turn in which a change is made; `null`: it is shown nowhere. */
function turnOfChange(change: DirectoryChange): string | null {
  if (change.kind === 'put_endpoint') return change.endpoint.app
  const unit = unitOf(change)
  return unit && turnOf(unit)
}

/** The event types and dialects of each organisation. Rows of an older version may have no version of theirs: 0. */
function organisationsOf({ organisations, eventTypes, dialects }: CatalogContents) {
  const typesOf = Map.groupBy(eventTypes, ({ org }) => org)
  const dialectsOf = Map.groupBy(dialects, ({ org }) => org)
  const versions = new Map(organisations.map(({ id, version }) => [id, version]))
  return [...new Set([...versions.keys(), ...typesOf.keys(), ...dialectsOf.keys()])].map((org) => ({
    org,
    version: versions.get(org) ?? 0,
    eventTypes: typesOf.get(org) ?? [],
    dialects: dialectsOf.get(org) ?? [],
  }))
}

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
