import { dataProblem } from '@posthorn/model'
import type { Route } from '../route.ts'
import { ApiError } from './error.ts'
import { noteEtag, seenText, type Seen } from './etag.ts'
import type { ClientOptions } from './options.ts'
import { parse } from './parse.ts'
import { pathSegment } from './path-segment.ts'
import { openStream } from './stream.ts'

export type QueryValue = string | number | boolean | Date | readonly string[] | null | undefined

/** The input of any call, without the types of its route. */
export interface UntypedInput {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, QueryValue>>
  readonly body?: unknown
  readonly idempotencyKey?: string
  readonly ifMatch?: Seen
  readonly ifNoneMatch?: Seen
  readonly signal?: AbortSignal
  readonly onHeartbeat?: () => void
  readonly onRetry?: (waitMs: number) => void
}

/** Sends the request of one call. @throws {ApiError} the server refused */
export async function call(options: ClientOptions, route: Route, input: UntypedInput): Promise<unknown> {
  const headers: Record<string, string> = { authorization: `Bearer ${options.token}` }
  if (route.stream) headers['accept'] = 'text/event-stream'
  if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey
  if (input.ifMatch !== undefined) headers['if-match'] = seenText(input.ifMatch, 'ifMatch')
  if (input.ifNoneMatch !== undefined) headers['if-none-match'] = seenText(input.ifNoneMatch, 'ifNoneMatch')
  if (input.body !== undefined) headers['content-type'] = 'application/json'
  const body = bodyText(route, input)
  const response = await (options.fetch ?? fetch)(address(options.url, route, input), {
    method: route.method,
    headers,
    ...(body === null ? {} : { body }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  })
  if (route.stream && response.ok) return openStream(response, input)
  const text = await response.text()
  if (response.status === 304) return null
  const answer = response.ok && route.contentType ? text : parse(text)
  if (!response.ok) throw new ApiError(response.status, answer)
  noteEtag(answer, response)
  return answer
}

/** @throws {TypeError} JSON cannot hold the body; it names the place, and nothing is sent */
function bodyText({ operationId }: Route, { body }: UntypedInput): string | null {
  if (body === undefined) return null
  const problem = dataProblem(body, 'body')
  if (problem) throw new TypeError(`${operationId}: ${problem.message}`)
  return JSON.stringify(body)
}

function address(base: string, route: Route, input: UntypedInput): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    return pathSegment(input.params?.[name], `params.${name} of ${route.operationId}`)
  })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value === undefined || value === null) continue
    query.set(name, value instanceof Date ? value.toISOString() : String(value))
  }
  const text = query.toString()
  return base.replace(/\/+$/, '') + path + (text === '' ? '' : `?${text}`)
}
