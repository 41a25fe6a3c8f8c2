import type { CompiledDialect } from '@posthorn/wire'
import { batchTerms, type BatchTerms } from '../schedule/batch.ts'
import type { Dialects } from './dialects.ts'
import { EngineError } from '../errors.ts'
import { type CompiledFilter, compileFilter, type Preset } from '@posthorn/preset'
import type { Application, Endpoint, EventType } from '../model.ts'
import type { Policy } from '../options.ts'
import { callbackEntry } from '../operations/callback-entry.ts'
import { carriesClaim } from '../operations/carries-claim.ts'
import { isShared, pendingAt, signingAt } from './rotation.ts'
import type { SecretBox } from './secrets.ts'
import type { Catalog, CatalogChange, EndpointRow, SealedSecret } from '../store/catalog.ts'
import type { Callback } from '../store/operation-store.ts'
import type { IdempotencyRecord } from '../store/idempotency.ts'

/** An endpoint in memory, with everything about it that is worked out once. */
export interface EndpointEntry {
  readonly endpoint: Endpoint
  readonly secrets: readonly SealedSecret[]
  readonly secondarySecrets: readonly SealedSecret[]
  readonly dialect: CompiledDialect
  /** The second format on its requests, where there is one. */
  readonly secondary: CompiledDialect | null
  readonly filter: CompiledFilter | null
  /** Nearest wins: endpoint, preset, server. */
  readonly policy: Policy
  /** How its messages leave together; `null`: each alone. */
  readonly batch: BatchTerms | null
}

export interface ApplicationEntry {
  readonly application: Application
  /** The vendor's system that holds here. */
  readonly preset: Preset | null
  /** The signing key of all endpoints, newest first; empty where each endpoint has its own. */
  readonly keys: readonly SealedSecret[]
  readonly version: number
  /** In id order, which is order of creation. */
  readonly endpoints: Map<string, EndpointEntry>
}

export interface DirectoryParts {
  readonly catalog: Catalog
  readonly box: SecretBox
  readonly dialects: Dialects
  readonly presets: ReadonlyMap<string, Preset>
  readonly policy: Policy
  now(): number
}

/** Secrets kept open; when there are more in use than this, it begins anew. */
const mostOpened = 10_000

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
  /** Callbacks that are still to be done, by their operation. */
  readonly #callbacks = new Map<string, Callback>()
  readonly #writes = new Map<string, Promise<unknown>>()
  /** Secrets that were opened, by their sealed text: each is opened once. */
  readonly #opened = new Map<string, string>()

  constructor(parts: DirectoryParts) {
    this.#parts = parts
  }

  async load(): Promise<void> {
    const contents = await this.#parts.catalog.load()
    for (const row of contents.dialects) this.#parts.dialects.add(row)
    for (const { application, keys, version } of contents.applications) this.#setApplication(application, keys, version)
    for (const row of contents.endpoints) this.#setEndpoint(row)
    for (const eventType of contents.eventTypes) this.#setEventType(eventType)
    // Fails now, with a clear text, rather than at the first delivery: the key is not the one that sealed these.
    for (const { application, keys, endpoints } of this.#applications.values()) {
      if (keys[0]) return void this.#open(keyPlace(application.id), keys[0])
      for (const { endpoint, secrets } of endpoints.values())
        if (secrets[0]) return void this.#open(secretPlace(endpoint.id), secrets[0])
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

  /** What a lane sends to: an endpoint, `null` once it was deleted; or a callback, `null` once it is done. */
  target(id: string): EndpointEntry | null {
    return this.#applications.get(this.#endpointApps.get(id) ?? '')?.endpoints.get(id) ?? this.#callbackTarget(id)
  }

  #callbackTarget(id: string): EndpointEntry | null {
    const callback = this.#callbacks.get(id)
    const app = callback && this.#applications.get(callback.app)
    if (!callback || !app) return null
    const claim = this.#open(claimPlace(id), { sealed: callback.sealedClaim, until: null })
    return callbackEntry(app, callback, claim, this.#callbackDialect(app))
  }

  /** The application's own, where it carries a claim. */
  #callbackDialect(app: ApplicationEntry): CompiledDialect {
    const own = this.dialectOf(app, { dialect: null, dialectVersion: null })
    return carriesClaim(own.dialect) ? own : this.#parts.dialects.find(app.application.org, 'autoflex')
  }

  /** From now on the operation is a target. */
  awaitCallback(callback: Callback): void {
    this.#callbacks.set(callback.id, callback)
  }

  forgetCallback(operation: string): void {
    this.#callbacks.delete(operation)
  }

  /** Operations of an application whose callback is still to be done. */
  callbacksOf(app: string): string[] {
    return [...this.#callbacks.values()].filter((callback) => callback.app === app).map(({ id }) => id)
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

  /** The dialect that an endpoint speaks. @throws EngineError `unknown_dialect` */
  dialectOf(app: ApplicationEntry, endpoint: Pick<Endpoint, 'dialect' | 'dialectVersion'>): CompiledDialect {
    const name = this.dialectNameOf(app, endpoint)
    return this.#parts.dialects.find(app.application.org, name, endpoint.dialectVersion)
  }

  /** Nearest wins: endpoint, application, preset; `null`: the server's default. */
  dialectNameOf({ application, preset }: ApplicationEntry, endpoint: Pick<Endpoint, 'dialect'> | null): string | null {
    return endpoint?.dialect ?? application.dialect ?? preset?.dialect ?? null
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

  // Secrets

  /** The secrets that sign an endpoint's requests at a moment, newest first. @throws EngineError `database_refused` */
  secretsOf(entry: EndpointEntry, at: number = this.#parts.now()): string[] {
    const { app, id } = entry.endpoint
    const keys = isShared(entry.dialect) ? (this.#applications.get(app)?.keys ?? []) : []
    // An endpoint that signed with a secret of its own before its application had a key goes on with it.
    return keys.length > 0 ? this.#signing(keyPlace(app), keys, at) : this.#signing(secretPlace(id), entry.secrets, at)
  }

  secondarySecretsOf({ endpoint, secondarySecrets }: EndpointEntry, at: number = this.#parts.now()): string[] {
    return this.#signing(secretPlace(endpoint.id), secondarySecrets, at)
  }

  /** Every secret of its own that signs or will sign. */
  keptSecretsOf({ endpoint, secrets }: EndpointEntry): string[] {
    const now = this.#parts.now()
    return secrets
      .filter(({ until }) => until === null || until > now)
      .map((secret) => this.#open(secretPlace(endpoint.id), secret))
  }

  /** Every key of an application that signs or will sign. */
  keptKeysOf({ application, keys }: ApplicationEntry): string[] {
    const now = this.#parts.now()
    return keys
      .filter(({ until }) => until === null || until > now)
      .map((key) => this.#open(keyPlace(application.id), key))
  }

  /** The newest secret of its own, whether it signs already or takes over at `from`. */
  newestSecretOf({ endpoint, secrets }: EndpointEntry): { secret: string; from: number | null } | null {
    const [newest] = secrets
    if (!newest) return null
    const secret = this.#open(secretPlace(endpoint.id), newest)
    return { secret, from: pendingAt(secrets, this.#parts.now())?.from ?? null }
  }

  /** The keys of an application that sign now, newest first. */
  keysOf({ application, keys }: ApplicationEntry): string[] {
    return this.#signing(keyPlace(application.id), keys, this.#parts.now())
  }

  /** The key that takes over at a stated moment. */
  pendingKeyOf({ application, keys }: ApplicationEntry): { key: string; from: number } | null {
    const pending = pendingAt(keys, this.#parts.now())
    return pending && { key: this.#open(keyPlace(application.id), pending), from: pending.from }
  }

  sealSecret(endpoint: string, secret: string): string {
    return this.#parts.box.seal(secretPlace(endpoint), secret)
  }

  sealKey(app: string, key: string): string {
    return this.#parts.box.seal(keyPlace(app), key)
  }

  sealClaim(operation: string, claim: string): string {
    return this.#parts.box.seal(claimPlace(operation), claim)
  }

  sealFileToken(operation: string, token: string): string {
    return this.#parts.box.seal(fileTokenPlace(operation), token)
  }

  fileTokenOf(operation: string, sealed: string): string {
    return this.#open(fileTokenPlace(operation), { sealed, until: null })
  }

  #signing(place: string, secrets: readonly SealedSecret[], at: number): string[] {
    return signingAt(secrets, at).map((secret) => this.#open(place, secret))
  }

  #open(place: string, { sealed }: SealedSecret): string {
    let secret = this.#opened.get(sealed)
    if (secret === undefined) {
      secret = this.#parts.box.open(place, sealed)
      if (this.#opened.size >= mostOpened) this.#opened.clear()
      this.#opened.set(sealed, secret)
    }
    return secret
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
    if (result.state === 'replay')
      throw new EngineError('idempotent_replay', 'This Idempotency-Key was answered before.', {
        replay: { fingerprint: result.fingerprint, answer: result.answer },
      })
    if (result.state === 'missing') throw notFound(nounOf(first), idOf(first))
    if (result.state === 'conflict')
      throw new EngineError(
        'conflict',
        `The ${result.what} of this ${nounOf(first)} is taken by another one. Choose another, or change that one.`,
        { field: result.what },
      )
    const own = new Set(changes.flatMap((change) => (change.kind === 'put_endpoint' ? [change.endpoint.id] : [])))
    for (const change of changes) this.#show(change, result.versions, own)
  }

  #sealed({ endpoint, secrets, secondarySecrets, create, healthOnly = false }: EndpointChange): CatalogChange {
    const hasHeaders = Object.keys(endpoint.headers).length > 0
    const sealedHeaders = hasHeaders
      ? this.#parts.box.seal(headersPlace(endpoint.id), JSON.stringify(endpoint.headers))
      : null
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

  /** What was applied must be there: without it nobody knows how this customer's requests look. */
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
    const headers =
      sealedHeaders === null
        ? {}
        : (JSON.parse(this.#parts.box.open(headersPlace(endpoint.id), sealedHeaders)) as Record<string, string>)
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
    const { dialects } = this.#parts
    const { org, secondary } = endpoint
    const dialect = this.dialectOf(app, endpoint)
    app.endpoints.set(endpoint.id, {
      endpoint,
      secrets,
      secondarySecrets,
      dialect,
      batch: batchTerms(dialect, endpoint.batch),
      secondary: secondary && dialects.find(org, secondary.dialect, secondary.version),
      filter:
        endpoint.filter &&
        (endpoint.filter === before?.endpoint.filter ? before.filter : compileFilter(endpoint.filter)),
      policy: this.#policyOf(app, endpoint),
    })
    if (version !== undefined) this.#applications.set(endpoint.app, { ...app, version })
  }

  #policyOf({ preset }: ApplicationEntry, { retrySchedule, timeoutSeconds }: Endpoint): Policy {
    const { terminalCodes, httpsOnly, ...waits } = preset?.policy ?? this.#parts.policy
    return {
      retrySchedule: retrySchedule ?? waits.retrySchedule,
      timeoutSeconds: timeoutSeconds ?? waits.timeoutSeconds,
      terminalCodes,
      httpsOnly,
    }
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

function secretPlace(endpoint: string): string {
  return `endpoint|${endpoint}|secret`
}

function keyPlace(app: string): string {
  return `application|${app}|key`
}

function claimPlace(operation: string): string {
  return `operation|${operation}|claim`
}

function fileTokenPlace(operation: string): string {
  return `operation|${operation}|file`
}

function headersPlace(endpoint: string): string {
  return `endpoint|${endpoint}|headers`
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
