import type { Preset } from '@posthorn/preset'
import { EngineError } from '../errors.ts'
import type { Application, Endpoint, EventType } from '../model.ts'
import type { Policy } from '../options.ts'
import type { CatalogContents, EndpointRow, SealedSecret, UnitVersion } from '../store/catalog.ts'
import { AppliedPresets } from './applied-presets.ts'
import { Callbacks } from './callbacks.ts'
import { turnOfChange, type DirectoryChange } from './changes.ts'
import type { Dialects } from './dialects.ts'
import { endpointEntry } from './endpoint-entry.ts'
import type { ApplicationEntry, EndpointEntry } from './entries.ts'
import { organisationTurn, turnOf } from './write-turns.ts'
import type { Vault } from './vault.ts'

export interface ContentsParts {
  readonly vault: Vault
  readonly dialects: Dialects
  readonly presets: ReadonlyMap<string, Preset>
  /** The server's own; a preset's wins over it. */
  readonly policy: Policy
}

/**
 * The catalog in memory, as maps of entries with everything that is worked out once. It changes when rows are read (`take`) and
 * when changes were written (`show`).
 */
export class Contents {
  readonly #parts: ContentsParts
  readonly applications = new Map<string, ApplicationEntry>()
  /** Ids by scope and uid: an organisation's applications, an application's endpoints. */
  readonly uids = new Map<string, string>()
  /** Applications by the ids of their endpoints. */
  readonly endpointApps = new Map<string, string>()
  readonly eventTypes = new Map<string, Map<string, EventType>>()
  readonly applied = new AppliedPresets()
  readonly callbacks: Callbacks
  /** Versions of organisations, by their turn. */
  readonly #organisations = new Map<string, number>()

  constructor(parts: ContentsParts) {
    this.#parts = parts
    this.callbacks = new Callbacks(parts.vault)
  }

  /** The version in memory of an application or an organisation; 0: there is none. */
  versionOf(turn: string): number {
    return this.applications.get(turn)?.version ?? this.#organisations.get(turn) ?? 0
  }

  /** Takes the organisations and applications whose version is higher than that in memory. */
  take(contents: CatalogContents, wanted: (application: Application) => boolean = () => true): void {
    for (const { org, eventTypes, dialects, version } of organisationsOf(contents)) {
      const turn = organisationTurn(org)
      if (this.#organisations.has(turn) && version <= this.versionOf(turn)) continue
      this.#organisations.set(turn, version)
      this.#parts.dialects.replace(org, dialects)
      this.eventTypes.delete(org)
      for (const eventType of eventTypes) this.#setEventType(eventType)
    }
    const endpoints = Map.groupBy(contents.endpoints, ({ endpoint }) => endpoint.app)
    for (const { application, keys, version } of contents.applications) {
      const { id } = application
      if (version <= this.versionOf(id) || !wanted(application)) continue
      const rows = endpoints.get(id) ?? []
      const ids = new Set(rows.map(({ endpoint }) => endpoint.id))
      const before = this.applications.get(id)
      for (const { endpoint } of before?.endpoints.values() ?? [])
        if (!ids.has(endpoint.id)) this.#forgetEndpoint(before!, endpoint)
      this.#setApplication(application, keys, version, ids)
      for (const row of rows) this.#setEndpoint(row)
    }
  }

  /**
   * Takes over changes that were written.
   *
   * @param expected the versions that they were computed from @param versions those that they were given
   */
  show(changes: readonly DirectoryChange[], expected: readonly UnitVersion[], versions: readonly UnitVersion[]): void {
    // What was read again meanwhile has these changes, and may be newer.
    const current = new Set(expected.filter((unit) => this.versionOf(turnOf(unit)) === unit.version).map(turnOf))
    const raised = new Map(versions.map((unit) => [turnOf(unit), unit.version]))
    const own = new Set(changes.flatMap((change) => (change.kind === 'put_endpoint' ? [change.endpoint.id] : [])))
    // Endpoints are made with what their application says, so it comes first.
    const isApplication = ({ kind }: DirectoryChange): boolean => kind === 'application'
    const ordered = [...changes.filter(isApplication), ...changes.filter((change) => !isApplication(change))]
    for (const change of ordered) {
      const turn = turnOfChange(change)
      if (turn !== null && current.has(turn)) this.#showOne(change, raised, own)
    }
    for (const unit of versions)
      if (unit.kind === 'organisation' && current.has(turnOf(unit))) this.#organisations.set(turnOf(unit), unit.version)
  }

  /** @param own endpoints that have a change of their own in the same write, which an application's does not foretell */
  #showOne(change: DirectoryChange, versions: ReadonlyMap<string, number>, own: ReadonlySet<string>): void {
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
        this.forgetApplication(change.id)
        return
      case 'delete_endpoint': {
        const entry = this.applications.get(change.app)
        const endpoint = entry?.endpoints.get(change.id)
        if (!entry || !endpoint) return
        this.#forgetEndpoint(entry, endpoint.endpoint)
        this.applications.set(change.app, { ...entry, version: versions.get(change.app) ?? entry.version })
        return
      }
      case 'delete_event_type':
        this.eventTypes.get(change.org)?.delete(change.name)
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
    const before = this.applications.get(application.id)
    if (before && before.application.uid !== null) this.uids.delete(`${application.org} ${before.application.uid}`)
    if (application.uid !== null) this.uids.set(`${application.org} ${application.uid}`, application.id)
    const preset = application.preset === null ? null : this.#presetOf(application, application.preset)
    if (before) this.applied.remove(application.org, before.preset)
    this.applied.add(application.org, preset)
    const endpoints = before?.endpoints ?? new Map<string, EndpointEntry>()
    this.applications.set(application.id, { application, preset, keys, version, endpoints })
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
    const headers = this.#parts.vault.openHeaders(endpoint.id, sealedHeaders)
    this.#putEntry({ ...endpoint, headers }, row)
  }

  #putEntry(
    endpoint: Endpoint,
    { secrets, secondarySecrets }: Pick<EndpointEntry, 'secrets' | 'secondarySecrets'>,
    version?: number,
  ): void {
    const app = this.applications.get(endpoint.app)
    if (!app) return
    const before = app.endpoints.get(endpoint.id)
    if (before && before.endpoint.uid !== null) this.uids.delete(`${endpoint.app} ${before.endpoint.uid}`)
    if (endpoint.uid !== null) this.uids.set(`${endpoint.app} ${endpoint.uid}`, endpoint.id)
    this.endpointApps.set(endpoint.id, endpoint.app)
    app.endpoints.set(endpoint.id, endpointEntry(app, endpoint, { secrets, secondarySecrets }, before, this.#parts))
    if (version !== undefined) this.applications.set(endpoint.app, { ...app, version })
  }

  forgetApplication(id: string): void {
    const entry = this.applications.get(id)
    if (!entry) return
    const { org, uid } = entry.application
    for (const { endpoint } of entry.endpoints.values()) this.#forgetEndpoint(entry, endpoint)
    if (uid !== null) this.uids.delete(`${org} ${uid}`)
    this.applications.delete(id)
    this.applied.remove(org, entry.preset)
    for (const operation of this.callbacks.of(id)) this.callbacks.remove(operation)
  }

  #forgetEndpoint(app: ApplicationEntry, endpoint: Endpoint): void {
    app.endpoints.delete(endpoint.id)
    this.endpointApps.delete(endpoint.id)
    if (endpoint.uid !== null) this.uids.delete(`${endpoint.app} ${endpoint.uid}`)
  }

  #setEventType(eventType: EventType): void {
    let types = this.eventTypes.get(eventType.org)
    if (!types) {
      types = new Map()
      this.eventTypes.set(eventType.org, types)
    }
    types.set(eventType.name, eventType)
  }
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
