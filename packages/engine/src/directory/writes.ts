import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { EngineError, notFound } from '../errors.ts'
import { repeated } from '../idempotency.ts'
import type { Catalog, CatalogChange, Unit, UnitVersion } from '../store/catalog.ts'
import { unitsOf } from '../store/catalog-units.ts'
import type { IdempotencyRecord } from '../store/idempotency.ts'
import { idOf, nounOf, type DirectoryChange, type EndpointChange } from './changes.ts'
import type { Contents } from './contents.ts'
import { readCatalog } from './read-catalog.ts'
import { StaleChanges } from './stale-changes.ts'
import { turnOf, unitOfTurn, WriteTurns } from './write-turns.ts'
import type { Vault } from './vault.ts'

/** Of a change that other nodes made stale. The next one waits in the store's line. */
const triesOutOfLine = 3
const pauseInLineMs = 5

/**
 * Writes changes of configuration: first to the catalog, then to the contents in memory. Changes of one application come one
 * after another, so that a patch and a change of health never overwrite each other.
 */
export class Writes {
  readonly #catalog: Catalog
  readonly #contents: Contents
  readonly #vault: Vault
  readonly #turns = new WriteTurns()
  /** The version in memory with which each turn began that runs now, and whether it waits in the store's line. */
  readonly #basis = new Map<string, { readonly version: number; readonly waits: boolean }>()
  readonly #clock: Pick<Clock, 'after'>
  readonly #node = randomUUID()

  #reading: Promise<void> = Promise.resolve()
  #nextReading: Promise<void> | null = null

  constructor(catalog: Catalog, contents: Contents, vault: Vault, clock: Pick<Clock, 'after'>) {
    this.#catalog = catalog
    this.#clock = clock
    this.#contents = contents
    this.#vault = vault
  }

  /**
   * Runs changes of one application, or of one organisation (`organisationTurn`), one after another. Where another node changed it
   * since it was read here, nothing was written: it is read again and the work is repeated. After some tries it waits in the store's
   * line, and the other nodes wait for it: none can keep it from its change.
   */
  exclusively<T>(turn: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(turn, async () => {
      for (let tries = 1; ; tries++) {
        const waits = tries > triesOutOfLine
        this.#basis.set(turn, { version: this.#contents.versionOf(turn), waits })
        try {
          return await work()
        } catch (error) {
          const isStale = error instanceof StaleChanges && error.turns.has(turn)
          if (waits && !isStale) await this.#leaveLine(turn)
          if (!isStale) throw error
        } finally {
          this.#basis.delete(turn)
        }
        // Those that are before it in line come within this time, or have come already.
        if (waits) await new Promise<void>((resolve) => this.#clock.after(pauseInLineMs, resolve))
      }
    })
  }

  /** Others need not wait for a change that is not made. */
  async #leaveLine(turn: string): Promise<void> {
    const unit = unitOfTurn(turn)
    if (!unit) return
    const expected = [{ ...unit, version: this.#contents.versionOf(turn) }]
    const writer = { node: this.#node, waits: false }
    await this.#catalog.write({ changes: [], expected, idempotency: null, writer }).catch(() => undefined)
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
    const waits = expected.some((unit) => this.#basis.get(turnOf(unit))?.waits)
    const writer = { node: this.#node, waits }
    const result = await this.#catalog.write({ changes: stored, expected, idempotency, writer })
    if (result.state === 'stale') {
      await this.#readNewer()
      throw new StaleChanges(result.units)
    }
    if (result.state === 'replay') throw repeated(idempotency, result)
    if (result.state === 'missing') throw notFound(nounOf(first), idOf(first))
    if (result.state === 'conflict')
      throw new EngineError(
        'conflict',
        `The ${result.what} of this ${nounOf(first)} is taken by another one. Choose another, or change that one.`,
        { field: result.what },
      )
    this.#contents.show(changes, expected, result.versions)
  }

  /**
   * Asks, in the turn of a unit, whether what is in memory is what is stored, where something is decided and nothing is written. If
   * another node changed it, it is read again and the turn is repeated.
   */
  async confirm(unit: Unit): Promise<void> {
    const version = this.#basis.get(turnOf(unit))?.version ?? this.#contents.versionOf(turnOf(unit))
    const result = await this.#catalog.write({ changes: [], expected: [{ ...unit, version }], idempotency: null })
    if (result.state !== 'stale') return
    await this.#readNewer()
    throw new StaleChanges([unit])
  }

  /** Reads what other nodes wrote, where something is not known here that may be there. */
  look(): Promise<void> {
    return this.#readNewer()
  }

  /** Reads an application again, where this version of it is not known here yet. @param version 0: it is not there */
  async catchUp(id: string, version: number): Promise<void> {
    const known = this.#contents.versionOf(id)
    if (version === 0 ? known > 0 : known < version) await this.#readNewer()
  }

  /** The versions that changes are computed from: those with which their turns began. */
  #expected(changes: readonly CatalogChange[]): UnitVersion[] {
    const created = new Set(
      changes.flatMap((change) => (change.kind === 'application' && change.create ? [change.row.application.id] : [])),
    )
    return unitsOf(changes).map((unit) => {
      const turn = turnOf(unit)
      const version = created.has(turn) ? 0 : this.#basis.get(turn)?.version
      if (version === undefined) throw new Error(`A change of ${turn} is written outside of its turn.`)
      return { ...unit, version }
    })
  }

  /** Whoever needs it while it is read waits for the next reading, together: what runs may have begun before the change. */
  #readNewer(): Promise<void> {
    this.#nextReading ??= (async () => {
      await this.#reading.catch(() => undefined)
      this.#reading = this.#nextReading!
      this.#nextReading = null
      await this.#readAll()
    })()
    return this.#nextReading
  }

  /**
   * Reads everything again and takes what is newer than in memory. Another node's changes are rare, and the catalog is small; a
   * store that many nodes share will read only what changed.
   */
  async #readAll(): Promise<void> {
    const before = new Set(this.#contents.applications.keys())
    const contents = await readCatalog(this.#catalog)
    const stored = new Set(contents.applications.map(({ application }) => application.id))
    // Deleted by another node. What came into memory while this was read is not in it.
    for (const id of before) if (!stored.has(id)) this.#contents.forgetApplication(id)
    // Deleted here while this was read.
    const gone = new Set([...before].filter((id) => !this.#contents.applications.has(id)))
    this.#contents.take(contents, ({ id }) => !gone.has(id))
  }

  #sealed({ endpoint, secrets, secondarySecrets, create, healthOnly = false }: EndpointChange): CatalogChange {
    const sealedHeaders = this.#vault.sealHeaders(endpoint.id, endpoint.headers)
    const row = { endpoint: { ...endpoint, headers: {} }, sealedHeaders, secrets, secondarySecrets }
    return { kind: 'endpoint', row, create, versioned: !healthOnly }
  }
}
