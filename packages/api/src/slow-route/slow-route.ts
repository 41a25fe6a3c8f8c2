import { sentUrl } from '@posthorn/wire'
import { handOver } from './hand-over.ts'
import type { SlowAnswer, SlowJob, SlowRouteOptions } from './slow-job.ts'
import { isFile } from './upload.ts'

export type { SlowJob, SlowRouteOptions } from './slow-job.ts'
export type { FileResult } from './upload.ts'

const atOnceMs = 500
const late = Symbol('late')

/**
 * Runs a job for one request. Before the job starts, the callback URL must be https. When a callback is needed, the server
 * checks its address too: for an address in a private network the response is a 400, and the result of the job is dropped.
 * Rejects with the error of a job that fails before the response, for the error handling of your server.
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
  const wrong = callbackProblem(callbackUrl)
  if (wrong !== null || typeof callbackUrl !== 'string')
    return { status: 400, body: { code: 'invalid_callback', detail: `The callback URL cannot be called: ${wrong}.` } }
  const app = job.app(request)
  const running = job.work(request)
  const first = await Promise.race([running, elapsed(options.withinMs ?? atOnceMs)])
  if (first !== late) {
    // A file cannot be the response: it is handed over like a later result.
    if (!isFile(first)) return { status: 200, body: { data: first } }
  }
  return handOver(options, job, { app_id: app, callbackUrl }, running)
}

/** The callback URL of a request. If reading it fails, as without a body, there is none; this is no error of the server. */
function callbackOf<Request>(job: SlowJob<Request>, request: Request): unknown {
  try {
    return job.callbackUrl(request)
  } catch {
    return undefined
  }
}

/** As the server would refuse it, but before the job begins. */
function callbackProblem(url: unknown): string | null {
  if (typeof url !== 'string') return 'it is missing'
  const sent = sentUrl(url)
  if (!sent.ok) return sent.message
  return sent.url.protocol === 'https:' ? null : 'it must be an https URL'
}

function elapsed(ms: number): Promise<typeof late> {
  return new Promise((resolve) => setTimeout(() => resolve(late), ms))
}
