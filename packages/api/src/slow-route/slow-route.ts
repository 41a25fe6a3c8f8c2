import { ApiError } from '../client-error.ts'
import { createClient, type ClientOptions } from '../client.ts'
import { discard, isFile, uploadFile, type FileResult } from './upload.ts'

export type { FileResult } from './upload.ts'

/**
 * A route of your own that may take long, as one that answers at once: with its result when that is there soon, and else with a
 * 202 and a callback once it is. What waits is an operation of Posthorn: the result is kept and the callback retried, whatever
 * happens to your program after the result was handed over.
 */
export interface SlowRouteOptions extends ClientOptions {
  /** Milliseconds in which a result is still "at once"; 500. */
  readonly withinMs?: number
}

export interface SlowJob<Request> {
  /** The application of who asks: its id or uid, from your own log-in. */
  readonly app: (request: Request) => string
  /** Where the request says that it wants to be called back. */
  readonly callbackUrl: (request: Request) => unknown
  /** Names the job in the log: `backup.owner`. */
  readonly kind?: string
  /** What the 202 says beside `id` and `state`. */
  readonly accepted?: Readonly<Record<string, unknown>>
  /** The job: an object, or a file. What it throws is told to nobody but `failed`. */
  readonly work: (request: Request) => Promise<Readonly<Record<string, unknown>> | FileResult>
  /** Told why a job that was answered with 202 came to nothing; and when its result could not be handed over. */
  readonly failed?: (error: unknown) => void
}

/** What your server answers. */
export interface SlowAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const atOnceMs = 500
const late = Symbol('late')

/**
 * Runs a job for one request. The address is checked by its form before the job begins, and by the guard when a callback is
 * needed: one that leads into a private network is a 400 then, and what the job gives is dropped. Never rejects for what the job does within its time: what it throws then is thrown here, for the
 * server's own error handling.
 *
 * @example
 * const backup = { app: (request) => request.customer, callbackUrl: (request) => request.body?.webhook_url, work: makeBackup }
 * const { status, body } = await answerSlowly(options, backup, request)
 */
export async function answerSlowly<Request>(
  options: SlowRouteOptions,
  job: SlowJob<Request>,
  request: Request,
): Promise<SlowAnswer> {
  const callbackUrl = callbackOf(job, request)
  if (!isHttps(callbackUrl))
    return { status: 400, body: { code: 'invalid_callback', detail: 'Say an https address to be called back at.' } }
  const app = job.app(request)
  const running = job.work(request)
  const first = await Promise.race([running, elapsed(options.withinMs ?? atOnceMs)])
  if (first !== late) {
    // A file is not an answer: it goes the same way, only sooner.
    if (!isFile(first)) return { status: 200, body: { data: first } }
  }
  return handOver(options, job, { app_id: app, callbackUrl }, running)
}

async function handOver<Request>(
  options: SlowRouteOptions,
  job: SlowJob<Request>,
  { app_id, callbackUrl }: { readonly app_id: string; readonly callbackUrl: string },
  running: ReturnType<SlowJob<Request>['work']>,
): Promise<SlowAnswer> {
  const client = createClient(options)
  // Watched from here on: until the operation is there, nobody else would hear of its end.
  running.catch(() => undefined)
  let operation: Awaited<ReturnType<typeof client.operation.create>>
  try {
    operation = await client.operation.create({
      params: { app_id },
      body: { callbackUrl, ...(job.kind !== undefined && { kind: job.kind }) },
    })
  } catch (error) {
    // Nobody will fetch what the job gives: an open file must not stay open.
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
        // A file is read once, so it is handed over once.
        if (isFile(result)) return uploadFile(options, params, result).catch((error: unknown) => ended(error))
        return persistently(`${operation.id}-complete`, (idempotencyKey) =>
          client.operation.complete({ params, body: { payload: result }, idempotencyKey }),
        )
      },
      (error: unknown) => ended(error),
    )
    .catch((error: unknown) => tell(job, error))
  return { status: 202, body: { ...job.accepted, id: operation.id, state: operation.state } }

  async function ended(error: unknown): Promise<void> {
    tell(job, error)
    await fail()
  }
}

/** Longest pause between two tries, and how many there are: about five minutes in all. */
const longestPauseMs = 30_000
const tries = 14

/**
 * Hands something over although the server may be restarting or full: with the same key, so that a repeat of what was done does nothing.
 * What the server refuses for good is not tried again.
 */
async function persistently<T>(idempotencyKey: string, send: (idempotencyKey: string) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(idempotencyKey)
    } catch (error) {
      const passing = !(error instanceof ApiError) || error.status >= 500 || error.status === 429
      if (!passing || attempt === tries) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** attempt, longestPauseMs)))
    }
  }
}

/** What a hook throws is its own affair: the vendor's process goes on. */
function tell<Request>(job: SlowJob<Request>, error: unknown): void {
  try {
    job.failed?.(error)
  } catch {
    // There is nobody else to tell.
  }
}

/** A request without a body is one without a callback, and no error of the server. */
function callbackOf<Request>(job: SlowJob<Request>, request: Request): unknown {
  try {
    return job.callbackUrl(request)
  } catch {
    return undefined
  }
}

function isHttps(url: unknown): url is string {
  return typeof url === 'string' && URL.canParse(url) && new URL(url).protocol === 'https:'
}

function elapsed(ms: number): Promise<typeof late> {
  return new Promise((resolve) => setTimeout(() => resolve(late), ms))
}
