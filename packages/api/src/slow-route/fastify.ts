import { answerSlowly, type SlowJob, type SlowRouteOptions } from './slow-route.ts'

export type { FileResult, SlowJob, SlowRouteOptions } from './slow-route.ts'

/** The part of Fastify that a handler needs. The types of Fastify fit. */
interface Reply {
  code(status: number): unknown
}

/**
 * A handler for Fastify that answers at once.
 *
 * @example
 * server.post('/backup/owner', slowRoute(posthorn, {
 *   app: (request) => request.customer,
 *   callbackUrl: (request) => request.body?.webhook_url,
 *   work: (request) => makeBackup(request.customer),
 * }))
 */
export function slowRoute<Request>(options: SlowRouteOptions, job: SlowJob<Request>) {
  return async (request: Request, reply: Reply): Promise<unknown> => {
    const { status, body } = await answerSlowly(options, job, request)
    reply.code(status)
    return body
  }
}
