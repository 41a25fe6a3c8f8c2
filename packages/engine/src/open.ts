import { join } from 'node:path'
import type { Dialect } from '@posthorn/wire'
import { checked } from './calls/checked.ts'
import { checkOptions } from './calls/open-options.ts'
import { Dialects } from './directory/dialects.ts'
import { Directory } from './directory/directory.ts'
import type { Engine } from './engine.ts'
import { HealthKeeper } from './health/keep-health.ts'
import { askStore } from './health/ask-store.ts'
import { healthOf } from './health/engine-health.ts'
import { AttemptLog } from './log/attempt-log.ts'
import { hideOldHeaders } from './retention/old-headers.ts'
import { Retention } from './retention/retention.ts'
import { catchUp, findStored } from './recovery/start-up.ts'
import { Vault } from './directory/vault.ts'
import { newIds, systemRandom } from './ids.ts'
import type { Lifecycle } from './lifecycle.ts'
import { Listeners } from './log/listeners.ts'
import { openDataFolder } from './data-folder.ts'
import { ResultFiles } from './operations/files.ts'
import { descriptorShares } from './descriptors.ts'
import { defaultLimits, defaultMaxFileBytes, defaultPolicy, type Log, type OpenOptions } from './options.ts'
import { LocalFaults } from './pipeline/local-faults.ts'
import { send, sendInTurn, type PipelineParts } from './pipeline/pipeline.ts'
import { applications } from './resources/applications/applications.ts'
import { attempts } from './resources/attempts/attempts.ts'
import { audit } from './resources/audit/audit.ts'
import { dialects as dialectsOf } from './resources/dialects/dialects.ts'
import { endpoints } from './resources/endpoints/endpoints.ts'
import { eventTypes } from './resources/event-types/event-types.ts'
import { filters } from './resources/filters/filters.ts'
import { messages } from './resources/messages/messages.ts'
import { operations as operationsOf } from './resources/operations/operations.ts'
import type { ResourceParts } from './resources/parts.ts'
import { presets as presetsOf } from './resources/presets/presets.ts'
import { requestBody } from './resources/messages/request-body.ts'
import { resend } from './recovery/resend.ts'
import { signingKeys } from './resources/keys/signing-keys.ts'
import { Schedule } from './schedule/schedule.ts'
import { secretBox } from './directory/secrets.ts'
import { openSqlite, type SqliteOptions } from './store/sqlite/open.ts'
import type { Store } from './store/store.ts'
import { endProcess } from './store-lost.ts'
import { systemClock } from './system.ts'
import { httpTransport } from './transport/http/http-transport.ts'

/**
 * Opens an engine: the only place that constructs.
 *
 * @throws EngineError `database_locked`, `database_refused`, `invalid`, `unknown_dialect`
 * @example
 * const posthorn = await open({ database: 'sqlite:./webhooks' })
 * await posthorn.send(org, app, { eventType: 'invoice.paid', payload: { id: 1 } })
 * await posthorn.close()
 */
export function open(options: OpenOptions): Promise<Engine> {
  return openWith(options, openSqlite)
}

/** The same with a store of the caller's: the simulator takes the store away to play the death of a process. */
export async function openWith(
  options: OpenOptions,
  openStore: (options: SqliteOptions) => Promise<Store>,
): Promise<Engine> {
  checkOptions(options)
  const clock = options.clock ?? systemClock
  const random = options.random ?? systemRandom
  const log = options.log ?? silent
  const newId = newIds(random)
  const presets = new Map((options.presets ?? []).map((preset) => [preset.name, preset]))
  const dialects = new Dialects(dialectsOfOptions(options), options.defaultDialect ?? 'standard')
  const policy = { ...defaultPolicy, ...options.policy }
  const folder = openDataFolder(options, (count) => random.bytes(count))
  const store = await openStore({
    folder: folder.path,
    threads: options.threads ?? true,
    newId,
    onLost: (message) => endProcess(log, message),
  }).catch((error: unknown) => {
    folder.close()
    throw error
  })
  try {
    const { queue, ledger, catalog, operations } = store
    const shares = descriptorShares()
    const transport =
      options.transport ??
      httpTransport({
        allowPrivate: options.allowPrivate ?? [],
        extraCa: options.extraCa ?? [],
        maxConnections: shares.outgoing,
        clock,
      })
    const box = secretBox(folder.secretKey, (count) => random.bytes(count))
    const vault = new Vault(box, clock)
    const directory = new Directory({ catalog, vault, dialects, presets, policy, clock })
    const files = new ResultFiles(join(folder.path, 'operations'), options.maxFileBytes ?? defaultMaxFileBytes)
    const limits = { ...defaultLimits, inFlight: shares.requests, ...options.limits }
    const retentionDays = options.retentionDays ?? 90
    const holdAfterMs = (options.holdAfterDays ?? 5) * 86_400_000

    // Each part knows those above it and none below.
    const listeners = new Listeners(log)
    const attemptLog = new AttemptLog({ directory, ledger, listeners, log })
    const schedule = new Schedule({ clock, log, newId, limits, directory, queue, attemptLog })
    const health = new HealthKeeper({ clock, directory, schedule, listeners, log, holdAfterMs })
    const { checks = [] } = options
    const base = {
      clock,
      random,
      log,
      newId,
      directory,
      vault,
      transport,
      policy,
      queue,
      ledger,
      retentionDays,
      checks,
    }
    const lifecycle: Lifecycle = { closing: false }
    const localFaults = new LocalFaults(clock, log)
    const pipeline: PipelineParts = { ...base, schedule, attemptLog, health, lifecycle, localFaults }
    const retention = new Retention({ ...base, schedule, operations, files })
    const resources: ResourceParts = { ...base, schedule, catalog, dialects, presets }

    await directory.load()
    for (const callback of await operations.callbacks()) directory.awaitCallback(callback)
    // What a crash left half written.
    await files.sweep(() => operations.operationFiles())
    await catchUp(ledger, queue, directory)
    await findStored(queue, schedule, clock)
    void sendInTurn(pipeline)
    retention.start()
    const stopHiding = hideOldHeaders({ clock, log, ledger, dialects })

    const healthNow = (trouble: readonly string[]) =>
      healthOf({ schedule, queue, localFaults, closing: lifecycle.closing, trouble })
    let closed: Promise<void> | null = null
    const close: Engine['close'] = ({ graceMs = 30_000 } = {}) => {
      closed ??= (async () => {
        lifecycle.closing = true
        retention.stop()
        stopHiding()
        await schedule.drain(graceMs)
        await transport.close(0)
        await store.close()
        folder.close()
      })()
      return closed
    }
    return checked({
      applications: applications(resources),
      eventTypes: eventTypes(resources),
      endpoints: endpoints(resources, pipeline),
      messages: messages(resources),
      attempts: { ...attempts(resources), requestBody: requestBody(resources) },
      presets: presetsOf(resources),
      dialects: dialectsOf(resources),
      signingKeys: signingKeys(resources),
      filters: filters(resources),
      audit: audit(resources),
      operations: operationsOf({ ...resources, operations, files }),
      send: send.bind(null, pipeline),
      resend: resend(resources),
      health: () => healthNow(store.trouble()),
      checkHealth: async () => healthNow(lifecycle.closing ? [] : await askStore(clock, store)),
      on: (event, listener) => listeners.add(event, listener),
      idle: () => schedule.idle(),
      close,
      [Symbol.asyncDispose]: () => close(),
    })
  } catch (error) {
    await store.close()
    folder.close()
    throw error
  }
}

/** Those of the options and those that presets bring. */
function dialectsOfOptions({ dialects = [], presets = [] }: OpenOptions): Dialect[] {
  return [...dialects, ...presets.flatMap(({ definition }) => (definition === null ? [] : [definition]))]
}

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
