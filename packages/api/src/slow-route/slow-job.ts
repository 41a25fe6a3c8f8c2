import type { ClientOptions } from '../client/options.ts'
import type { FileResult } from './upload.ts'

/**
 * A slow route of your own that answers at once: with the result if the job ends soon, else with a 202, and later with a
 * callback. The waiting job is an operation of Posthorn. Once Posthorn has the result, it stores it and retries the callback,
 * even if your program stops.
 */
export interface SlowRouteOptions extends ClientOptions {
  /** How long the response may wait for the result, in milliseconds; 500 when absent. */
  readonly withinMs?: number
}

export interface SlowJob<Request> {
  /** The id or uid of the application that the request comes from, according to your own log-in. */
  readonly app: (request: Request) => string
  /** The callback URL in the request. */
  readonly callbackUrl: (request: Request) => unknown
  /** Name of the job in the log: `backup.owner`. */
  readonly kind?: string
  /** Members of the 202 response, besides `id` and `state`. */
  readonly accepted?: Readonly<Record<string, unknown>>
  /** The job. Its result is an object or a file. After a 202, only `failed` gets its error. */
  readonly work: (request: Request) => Promise<Readonly<Record<string, unknown>> | FileResult>
  /** Gets the error of a job that was answered with 202, and the error when its result could not be stored. */
  readonly failed?: (error: unknown) => void
}

/** The response of your server. */
export interface SlowAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}
