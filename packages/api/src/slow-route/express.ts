import { answerSlowly, type SlowJob, type SlowRouteOptions } from './slow-route.ts'

export type { FileResult, SlowJob, SlowRouteOptions } from './slow-route.ts'

/** The part of Express that a handler needs. The types of Express fit. */
interface Response {
  status(code: number): { json(body: unknown): unknown }
}

/**
 * A handler for Express, and for frameworks with the same handlers, that answers at once.
 *
 * @example
 * app.post('/backup/owner', slowRoute(posthorn, {
 *   app: (request) => request.customer,
 *   callbackUrl: (request) => request.body?.webhook_url,
 *   work: (request) => makeBackup(request.customer),
 * }))
 */
export function slowRoute<Request>(options: SlowRouteOptions, job: SlowJob<Request>) {
  return async (request: Request, response: Response, next: (error: unknown) => void): Promise<void> => {
    try {
      const { status, body } = await answerSlowly(options, job, request)
      response.status(status).json(body)
    } catch (error) {
      next(error)
    }
  }
}
