import { createClient } from '../client/client.ts'
import { ApiError } from '../client/error.ts'
import { persistently } from './persistently.ts'
import type { SlowAnswer, SlowJob, SlowRouteOptions } from './slow-job.ts'
import { discard, isFile, uploadFile } from './upload.ts'

/** Creates the operation for a running job, answers with a 202, and gives the operation the result when the job ends. */
export async function handOver<Request>(
  options: SlowRouteOptions,
  job: SlowJob<Request>,
  { app_id, callbackUrl }: { readonly app_id: string; readonly callbackUrl: string },
  running: ReturnType<SlowJob<Request>['work']>,
): Promise<SlowAnswer> {
  const client = createClient(options)
  // Handled from here on: while the operation is being created, nothing else handles a rejection.
  running.catch(() => undefined)
  let operation: Awaited<ReturnType<typeof client.operation.create>>
  try {
    operation = await client.operation.create({
      params: { app_id },
      body: { callbackUrl, ...(job.kind !== undefined && { kind: job.kind }) },
    })
  } catch (error) {
    // Nobody will get the result, so an open file must be closed.
    void running.then(discard).catch(() => undefined)
    if (!(error instanceof ApiError) || error.status !== 422) throw error
    return { status: 400, body: { code: 'invalid_callback', detail: error.message } }
  }
  const params = { app_id, operation_id: operation.id }
  const fail = () =>
    persistently(`${operation.id}-fail`, (idempotencyKey) =>
      client.operation.fail({ params, body: { reason: 'The job failed.' }, idempotencyKey }),
    )
  void running
    .then(
      async (result) => {
        // A file can be read only once, so it is sent only once.
        if (isFile(result)) return uploadFile(options, params, result).catch((error: unknown) => ended(error))
        return persistently(`${operation.id}-complete`, (idempotencyKey) =>
          client.operation.complete({ params, body: { payload: result }, idempotencyKey }),
        )
      },
      (error: unknown) => ended(error),
    )
    .catch((error: unknown) => report(job, error))
  return { status: 202, body: { ...job.accepted, id: operation.id, state: operation.state } }

  async function ended(error: unknown): Promise<void> {
    report(job, error)
    await fail()
  }
}

/** Calls the hook. An error in the hook must not end the vendor's process. */
function report<Request>(job: SlowJob<Request>, error: unknown): void {
  try {
    job.failed?.(error)
  } catch {
    // Nothing else can report it.
  }
}
