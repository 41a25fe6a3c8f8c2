import { listParameters, querySchema, withListNames, type OperationId, type Route } from '@posthorn/api'
import type { Engine } from '@posthorn/engine'
import type { FastifyRequest } from 'fastify'
import * as z from 'zod'
import { ownApplication } from '../auth/authorize.ts'
import type { Caller } from '../auth/caller.ts'
import { readJson, requireJsonType, type JsonBody } from './json-body.ts'
import { conditionOf } from './condition.ts'
import type { Call } from './handler.ts'
import { idempotencyOf } from './idempotency.ts'
import { incomingFile } from './incoming-file.ts'
import { invalidField } from './refusal.ts'
import { validate } from './validate.ts'
import { wholeBody } from './whole-body.ts'

/** A call of any row: the row's schemas have checked the members that its handler sees as typed. */
export type AnyCall = Omit<Call<OperationId>, 'params' | 'query' | 'body'> & {
  readonly params: Readonly<Record<string, string>>
  readonly query: unknown
  readonly body: unknown
}

type ReadCall = (engine: Engine, caller: Caller, request: FastifyRequest) => Promise<AnyCall>

/** Reads a request as its row in the contract describes it. @throws Refusal 422, 415, 413; 404 for an application of another token */
export function callReader(route: Route, heldAsDisabled: boolean): ReadCall {
  const bodySchema = route.body && route.rawMember ? withoutRaw(route.body, rawNames(route)) : route.body
  const parameters = querySchema(route)
  const lists = listParameters(route)
  const namesApplication = route.path.includes('{app_id}')

  return async (engine, caller, request) => {
    const given = withListNames(lists, request.query as Record<string, unknown>)
    const query: unknown = validate(parameters, given, 'query')
    const params = { ...(request.params as Record<string, string>) }
    checkParams(params)
    if (namesApplication && caller.app !== null) {
      params['app_id'] = await ownApplication(engine, { ...caller, app: caller.app }, params['app_id']!)
    }
    const condition = conditionOf(route, request)
    // Last, because it starts the time limit of an upload. A request that is refused above must not start it.
    const file = route.file ? incomingFile(request) : null
    if (route.file && !file) request.body = await wholeBody(request)
    const { value, raw } = route.body && !file ? bodyOf(route, request) : { value: undefined, raw: null }
    const body: unknown = bodySchema && !file ? validate(bodySchema, value, 'body') : undefined
    const idempotency = idempotencyOf(route, caller, request)
    const { actor, app, featureFlags } = caller
    const viewer = {
      ...(app !== null && { customer: app }),
      ...(featureFlags && { featureFlags }),
      ...(heldAsDisabled && { seesHeldAsDisabled: true }),
    }
    const write = { ...viewer, actor, ...condition, ...(idempotency && { idempotency }) }
    return { engine, caller, org: caller.org, params, query, body, raw, file, heldAsDisabled, viewer, write }
  }
}

/** The names that the raw member may have, the first one first. */
function rawNames({ rawMember, rawAlias }: Route): string[] {
  return [rawMember ?? [], rawAlias ?? []].flat()
}

/** The schema of a body whose raw member was cut out: `null` stands in its place. One of a second name is not looked at. */
function withoutRaw(schema: z.ZodObject, [member, ...aliases]: readonly string[]): z.ZodObject {
  const shape = Object.fromEntries(aliases.map((alias) => [alias, z.unknown().optional()]))
  return z.strictObject({ ...schema.shape, ...shape, [member!]: z.null().optional() })
}

function bodyOf(route: Route, request: FastifyRequest): JsonBody {
  const bytes = request.body as Buffer | undefined
  if (bytes === undefined || bytes.length === 0) {
    if (route.bodyOptional) return { value: {}, raw: null }
    throw invalidField(
      ['body'],
      'There is no body. Send a JSON object with Content-Type: application/json.',
      'value_error.missing',
    )
  }
  requireJsonType(request.headers['content-type'], request.headers['content-encoding'])
  return readJson(bytes, rawNames(route))
}

/** What cannot be an id is not sent to the store: control characters, an empty segment, and those that URLs fold. */
function checkParams(params: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(params)) {
    const isFolded = value === '' || value === '.' || value === '..'
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (isFolded || Array.from(value).length > 256 || /[\u0000-\u001f\u007f]/.test(value))
      throw invalidField(['path', name], `\`${name}\` in the path is not an id.`)
  }
}
