import { join } from 'node:path'
import type { Dialect } from '@posthorn/wire'
import { Dialects } from './directory/dialects.ts'
import { elementBytes } from './pipeline/deliver.ts'
import { Directory } from './directory/directory.ts'
import type { Engine } from './engine.ts'
import { EngineError } from './errors.ts'
import { healthOf, Keeper } from './keeper.ts'
import { newIds, systemRandom } from './ids.ts'
import { Listeners } from './listeners.ts'
import { openDataFolder } from './data-folder.ts'
import { ResultFiles } from './operations/files.ts'
import { sweepOperations } from './operations/sweep.ts'
import { defaultLimits, defaultMaxFileBytes, defaultPolicy, type Log, type OpenOptions } from './options.ts'
import { run, send, type PipelineParts } from './pipeline/pipeline.ts'
import { applications } from './resources/applications/applications.ts'
import { attempts } from './resources/attempts/attempts.ts'
import { audit } from './resources/audit/audit.ts'
import { dialects as dialectsOf } from './resources/dialects/dialects.ts'
import { endpoints } from './resources/endpoints/endpoints.ts'
import { eventTypes } from './resources/event-types/event-types.ts'
import { filters } from './resources/filters/filters.ts'
import { messages } from './resources/messages/messages.ts'
import { operations } from './operations/operations.ts'
import type { ResourceParts } from './resources/parts.ts'
import { presets as presetsOf } from './resources/presets/presets.ts'
import { requestBody } from './resources/messages/request-body.ts'
import { resend } from './recovery/resend.ts'
import { signingKeys } from './resources/keys/signing-keys.ts'
import { Schedule } from './schedule/schedule.ts'
import { secretBox } from './directory/secrets.ts'
import { openSqlite, type SqliteOptions } from './store/sqlite/open.ts'
import type { Store } from './store/store.ts'
import { systemClock } from './system.ts'
import { untilStored } from './store/until-stored.ts'
import { httpTransport } from './transport/http/send.ts'

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
    const transport =
      options.transport ?? httpTransport({ allowPrivate: options.allowPrivate ?? [], extraCa: options.extraCa ?? [] })
    const directory = new Directory({
      catalog: store.catalog,
      box: secretBox(folder.secretKey, (count) => random.bytes(count)),
      dialects,
      presets,
      policy,
      now: () => clock.now(),
    })
    await directory.load()
    for (const callback of await store.operations.callbacks()) directory.awaitCallback(callback)

    const { queue, ledger } = store
    const files = new ResultFiles(join(folder.path, 'operations'), options.maxFileBytes ?? defaultMaxFileBytes)
    // What a crash left half written.
    await files.sweep(() => store.operations.operationFiles())
    const retentionDays = options.retentionDays ?? 90
    const listeners = new Listeners(log)
    const base = { clock, random, log, newId, directory, transport, policy, queue, ledger, retentionDays }
    const keeper = new Keeper({
      ...base,
      listeners,
      log,
      holdAfterMs: (options.holdAfterDays ?? 5) * 86_400_000,
      sweepOperations: (...step) =>
        sweepOperations({ directory, schedule, operations: store.operations, files }, ...step),
    })
    const schedule: Schedule = new Schedule({
      clock,
      limits: { ...defaultLimits, ...options.limits },
      target: (lane) => keeper.targetState(lane.target),
      claim: (lane, from, limit, maxBytes) =>
        untilStored(clock, log, () => keeper.claim(lane.target, from, limit, maxBytes)),
      release: (deliveries) =>
        untilStored(clock, log, () =>
          queue.release(
            deliveries.map(({ target, due, request, generation }) => ({ target, due, request, generation })),
          ),
        ),
      markAlone: ({ target, due, request, generation }) =>
        untilStored(clock, log, () => queue.markAlone({ target, due, request, generation })),
      elementBytes: ({ target, contents }) => {
        const entry = directory.target(target)
        return entry && elementBytes(directory, entry, contents[0]!)
      },
      newBatchId: () => newId('batch', clock.now()),
      cancel: (lane) => untilStored(clock, log, () => keeper.cancel(lane.target)),
      failed: (error) => keeper.storeFailed(error),
      run: (delivery, returned) =>
        run(pipeline, delivery, returned).catch((error: unknown) => keeper.failed(delivery, error)),
    })
    const pipeline: PipelineParts = {
      ...base,
      schedule,
      recorded: (delivery, recorded) => keeper.recorded(delivery, recorded, schedule),
    }
    const resources: ResourceParts = {
      ...base,
      schedule,
      catalog: store.catalog,
      dialects,
      presets,
      changed: (app) => {
        for (const id of directory.endpointsOf(app)) schedule.wake(id, app)
      },
    }

    await keeper.catchUp()
    await keeper.start(schedule)

    let closing: Promise<void> | null = null
    const refuseWhenClosed = (): void => {
      if (closing) throw new EngineError('closed', 'This engine is shutting down and accepts nothing more.')
    }
    return {
      applications: applications(resources),
      eventTypes: eventTypes(resources),
      endpoints: endpoints(resources),
      messages: messages(resources),
      attempts: { ...attempts(resources), requestBody: requestBody(resources) },
      presets: presetsOf(resources),
      dialects: dialectsOf(resources),
      signingKeys: signingKeys(resources),
      filters: filters(resources),
      audit: audit(resources),
      operations: operations({ ...resources, operations: store.operations, files }),
      async send(org, app, input, writeOptions = {}) {
        refuseWhenClosed()
        return send(pipeline, org, app, input, writeOptions)
      },
      resend: resend(resources),
      health: () => healthOf(schedule, queue, closing !== null),
      on: (event, listener) => listeners.add(event, listener),
      idle: () => schedule.idle(),
      close({ graceMs = 30_000 } = {}) {
        closing ??= (async () => {
          keeper.stop()
          await schedule.drain(graceMs)
          await transport.close(0)
          await store.close()
          folder.close()
        })()
        return closing
      },
    }
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

/**
 * An fsync that failed leaves pages in memory that may never reach the disk: going on would acknowledge what is not there.
 * A new process reads what is true.
 */
function endProcess(log: Log, message: string): void {
  log.error({ error: message }, 'the store lost its disk; the process ends')
  process.stderr.write(
    `posthorn: the store lost its disk (${message}). The process ends; start it again once the disk is sound.\n`,
  )
  process.exit(74)
}

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
