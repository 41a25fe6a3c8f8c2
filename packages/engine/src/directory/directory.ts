import type { CompiledDialect } from '@posthorn/wire'
import type { Preset } from '@posthorn/preset'
import type { Clock } from '../clock.ts'
import { EngineError, notFound } from '../errors.ts'
import type { Application, Endpoint, EventType } from '../model.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Callback } from '../store/operation-store.ts'
import { Contents, type ContentsParts } from './contents.ts'
import { dialectNameOf } from './endpoint-entry.ts'
import type { ApplicationEntry, EndpointEntry, TargetEntry } from './entries.ts'
import { keyPlace, secretPlace } from './places.ts'
import { readCatalog } from './read-catalog.ts'
import type { Vault } from './vault.ts'
import { Writes } from './writes.ts'

export interface DirectoryParts extends ContentsParts {
  readonly catalog: Catalog
  readonly clock: Pick<Clock, 'after'>
}

/** Every read of configuration is a look-up here, in memory. Every change goes through `writes`. */
export class Directory {
  readonly #parts: DirectoryParts
  readonly #contents: Contents
  readonly vault: Vault
  readonly writes: Writes

  constructor(parts: DirectoryParts) {
    this.#parts = parts
    this.#contents = new Contents(parts)
    this.vault = parts.vault
    this.writes = new Writes(parts.catalog, this.#contents, parts.vault, parts.clock)
  }

  async load(): Promise<void> {
    this.#contents.take(await readCatalog(this.#parts.catalog))
    // A wrong key for the secrets fails here, with a clear text, and not at the first delivery.
    for (const { application, keys, endpoints } of this.#contents.applications.values()) {
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
    const entry =
      this.#contents.applications.get(idOrUid) ??
      this.#contents.applications.get(this.#contents.uids.get(`${org} ${idOrUid}`) ?? '')
    return entry?.application.org === org ? entry : null
  }

  /** Whose application it is; empty when it was deleted. */
  organisationOf(app: string): string {
    return this.#contents.applications.get(app)?.application.org ?? ''
  }

  applications(org: string): Application[] {
    const found: Application[] = []
    for (const { application } of this.#contents.applications.values())
      if (application.org === org) found.push(application)
    return found.sort(byId)
  }

  // Endpoints

  endpoint(org: string, app: string, idOrUid: string): EndpointEntry {
    const entry = this.findEndpoint(this.application(org, app), idOrUid)
    if (!entry) throw notFound('endpoint', idOrUid)
    return entry
  }

  findEndpoint(app: ApplicationEntry, idOrUid: string): EndpointEntry | null {
    const id = this.#contents.uids.get(`${app.application.id} ${idOrUid}`)
    return app.endpoints.get(idOrUid) ?? (id === undefined ? null : (app.endpoints.get(id) ?? null))
  }

  /** What a delivery goes to; `null`: the endpoint was deleted, or the callback is over. */
  target(id: string): TargetEntry | null {
    return (
      this.#contents.applications.get(this.#contents.endpointApps.get(id) ?? '')?.endpoints.get(id) ??
      this.#callbackTarget(id)
    )
  }

  #callbackTarget(id: string): TargetEntry | null {
    const app = this.#contents.applications.get(this.#contents.callbacks.applicationOf(id) ?? '')
    if (!app) return null
    const own = this.dialectOf(app, { dialect: null, dialectVersion: null })
    return this.#contents.callbacks.entry(id, app, this.#parts.dialects.forClaims(own))
  }

  /** An endpoint by its id alone. */
  endpointById(id: string): EndpointEntry | null {
    return this.#contents.applications.get(this.#contents.endpointApps.get(id) ?? '')?.endpoints.get(id) ?? null
  }

  /** From now on the operation is a target. */
  awaitCallback(callback: Callback): void {
    this.#contents.callbacks.add(callback)
  }

  forgetCallback(operation: string): void {
    this.#contents.callbacks.remove(operation)
  }

  /** Operations of an application whose callback is still to be delivered. */
  callbacksOf(app: string): string[] {
    return this.#contents.callbacks.of(app)
  }

  /** Ids of an application's endpoints. */
  endpointsOf(app: string): string[] {
    return [...(this.#contents.applications.get(app)?.endpoints.keys() ?? [])]
  }

  endpoints(org: string, app: string): Endpoint[] {
    return [...this.application(org, app).endpoints.values()].map((entry) => entry.endpoint).sort(byId)
  }

  /** The dialect that an endpoint speaks. @throws EngineError `unknown_dialect` */
  dialectOf(app: ApplicationEntry, endpoint: Pick<Endpoint, 'dialect' | 'dialectVersion'>): CompiledDialect {
    const name = dialectNameOf(app, endpoint)
    return this.#parts.dialects.find(app.application.org, name, endpoint.dialectVersion)
  }

  /** The format that an application speaks itself, whatever its endpoints are set to. */
  ownFormat(app: ApplicationEntry): { readonly dialect: CompiledDialect; readonly params: Application['params'] } {
    return { dialect: this.dialectOf(app, { dialect: null, dialectVersion: null }), params: app.application.params }
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
    return this.#contents.eventTypes.get(org)?.get(name) ?? null
  }

  /** Whether an application has an event type of its organisation, which may have come with the preset of another application. */
  hasEventType({ application, preset }: ApplicationEntry, name: string): boolean {
    return this.#contents.applied.has(application.org, preset, name)
  }

  /** The event type of a name, where the application has it. */
  eventTypeOf(app: ApplicationEntry, name: string): EventType | null {
    const found = this.findEventType(app.application.org, name)
    return found && this.hasEventType(app, name) ? found : null
  }

  /** The event types that an application has. */
  eventTypesOf(app: ApplicationEntry): EventType[] {
    return this.eventTypes(app.application.org).filter(({ name }) => this.hasEventType(app, name))
  }

  eventTypes(org: string): EventType[] {
    return [...(this.#contents.eventTypes.get(org)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}
