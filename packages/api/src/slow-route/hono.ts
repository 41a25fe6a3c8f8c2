import { answerSlowly, type SlowJob, type SlowRouteOptions } from './slow-route.ts'

export type { FileResult, SlowJob, SlowRouteOptions } from './slow-route.ts'

/** The part of Hono's context that a handler needs. The types of Hono fit. */
interface Context {
  readonly req: { json(): Promise<unknown> }
}

/** What the job gets: the context, and the parsed body, because a body can be read only once. */
export interface HonoRequest<C> {
  readonly context: C
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * A handler for Hono that answers at once.
 *
 * @example
 * app.post('/backup/owner', slowRoute(posthorn, {
 *   app: ({ context }) => context.get('customer'),
 *   callbackUrl: ({ body }) => body.webhook_url,
 *   work: ({ context }) => makeBackup(context.get('customer')),
 * }))
 */
export function slowRoute<C extends Context>(options: SlowRouteOptions, job: SlowJob<HonoRequest<C>>) {
  return async (context: C): Promise<Response> => {
    const parsed: unknown = await context.req.json().catch(() => null)
    const body = typeof parsed === 'object' && parsed !== null ? (parsed as HonoRequest<C>['body']) : {}
    const answer = await answerSlowly(options, job, { context, body })
    return Response.json(answer.body, { status: answer.status })
  }
}
