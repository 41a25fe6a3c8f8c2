import * as z from 'zod'
import { errorCodes, type ErrorCode } from './error-codes.ts'
import { takesCondition, taggedNoun } from './conditions.ts'
import { listParameters, listSpellings, refusesOthers } from './lenient.ts'
import { refusalsOf } from './refusals.ts'
import type { Route } from './route.ts'
import { routes } from './routes/index.ts'
import { scopes } from './scopes.ts'
import { HttpError, HttpValidationError } from './schemas/common.ts'

type Json = { [key: string]: unknown }

/** The OpenAPI 3.1 document, made from the routes. */
export function openApiDocument(): Json {
  const components: Json = {}
  const refusals = new Refusals(components)
  const paths: Record<string, Json> = {}
  for (const route of routes as readonly Route[]) {
    paths[route.path] ??= {}
    paths[route.path]![route.method.toLowerCase()] = operation(route, components, refusals)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Posthorn',
      version: '0.1.0',
      description:
        'Webhooks, both ends, every dialect. The API has the shape of the Svix API, so that its SDKs work with another base URL. What they send is taken: an operation says with `x-unknown-parameters` whether parameters that it does not have are `ignored` or `refused`; `x-also-taken-as` has other names of a parameter; a member of a body that may be left out may be `null`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8071' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'HS256. `sub` is `org_...`, or `app_...` with the claim `org`. An application sees the event types without feature flags, and those that have a flag of its claim `feature_flags`. Scopes (claim `scopes`; absent: all): ' +
            Object.entries(scopes)
              .map(([name, text]) => `\`${name}\` ${text}`)
              .join('; ') +
            '.',
        },
      },
      schemas: sorted(components),
      responses: sorted(refusals.responses),
    },
  }
}

/** Refusals with the same status and codes are written once. */
class Refusals {
  readonly #components: Json
  readonly #names = new Map<string, string>()
  readonly responses: Json = {}

  constructor(components: Json) {
    this.#components = components
  }

  refer(status: number, codes: readonly ErrorCode[]): Json {
    const key = codes.join(' ')
    let name = this.#names.get(key)
    if (name === undefined) {
      const others = Object.keys(this.responses).filter((other) => other.startsWith(`Refused${status}`)).length
      name = `Refused${status}${others === 0 ? '' : `-${others + 1}`}`
      this.#names.set(key, name)
      const forms = [...new Set(codes.map((code) => (code === 'validation_error' ? HttpValidationError : HttpError)))]
      const schemas = forms.map((form) => schemaOf(form, 'output', this.#components))
      this.responses[name] = {
        description: codes.map((code) => `\`${code}\`: ${errorCodes[code].when}`).join('. '),
        ...json(schemas.length === 1 ? schemas[0]! : { anyOf: schemas }),
      }
    }
    return { $ref: `#/components/responses/${name}` }
  }
}

function sorted(entries: Json): Json {
  return Object.fromEntries(Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function operation(route: Route, components: Json, refusals: Refusals): Json {
  const resource = route.operationId.split('.')[0]
  const success: Json = route.response
    ? {
        description: 'Success',
        ...(route.etag === 'answer' ? { headers: etagHeader } : {}),
        content: {
          [contentTypeOf(route)]: {
            schema: schemaOf(route.response, 'output', components),
          },
        },
      }
    : { description: 'Success, without a body' }
  const responses: Json = { [route.status]: success }
  if (route.alsoStatus) responses[route.alsoStatus] = success
  if (route.etag && route.method === 'GET')
    responses[304] = { description: '`If-None-Match` has its ETag. There is no body.', headers: etagHeader }
  for (const [status, codes] of refusalsOf(route)) {
    responses[status] = refusals.refer(status, codes)
  }
  return {
    operationId: route.operationId,
    tags: [resource],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    'x-unknown-parameters': refusesOthers(route) ? 'refused' : 'ignored',
    ...(route.scope ? { 'x-scope': route.scope } : {}),
    ...(route.access === 'public' ? { security: [] } : { 'x-access': route.access }),
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...(route.body
      ? { requestBody: { required: route.bodyOptional !== true, ...requestContent(route, route.body, components) } }
      : {}),
    responses,
  }
}

function contentTypeOf(route: Route): string {
  return route.stream ? 'text/event-stream' : (route.contentType?.split(';')[0] ?? 'application/json')
}

function requestContent(route: Route, body: z.ZodType, components: Json): Json {
  const { content } = json(schemaOf(body, 'input', components)) as { content: Json }
  return { content: route.file ? { ...content, '*/*': { schema: { type: 'string', format: 'binary' } } } : content }
}

const json = (schema: Json): Json => ({ content: { 'application/json': { schema } } })

/** What every id and name in a path is: the server refuses anything else before it looks for it. */
const pathText: Json = {
  type: 'string',
  minLength: 1,
  maxLength: 256,
  pattern: String.raw`^(?!\.{1,2}$)[^\x00-\x1f\x7f]+$`,
}

function pathParameters(route: Route): Json[] {
  return [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: pathText,
  }))
}

function queryParameters(route: Route): Json[] {
  const lists = listParameters(route)
  return Object.entries(route.query?.shape ?? {}).map(([name, type]) => {
    const { description, param, ...schema } = schemaOf(type as z.ZodType, 'input', {})
    const also = lists.includes(name) ? { 'x-also-taken-as': listSpellings(name) } : {}
    const described = description ? { description } : {}
    return { name, in: 'query', required: false, ...described, ...also, schema: param ?? schema }
  })
}

function headerParameters(route: Route): Json[] {
  const isRead = route.method === 'GET'
  const noun = taggedNoun(route)
  return [
    ...(route.method === 'POST' && !route.ignoresIdempotencyKey
      ? [
          headerParameter(
            'Idempotency-Key',
            'A second request with the same key within 24 hours does nothing and gets the same response; with another body it gets a 422.',
            { maxLength: 256 },
          ),
        ]
      : []),
    ...(takesCondition(route)
      ? [
          headerParameter(
            'If-Match',
            `ETags, or \`*\`. The change is made if one of them is the ETag of the ${noun} as it is stored; otherwise a 412. Weak ETags never match.`,
          ),
          headerParameter(
            'If-None-Match',
            route.alsoStatus === 201
              ? `ETags, or \`*\`, with which the PUT only creates. A 412 if one of them is the ETag of the ${noun} as it is stored.`
              : `ETags, or \`*\`. A 412 if one of them is the ETag of the ${noun} as it is stored.`,
          ),
        ]
      : []),
    ...(route.etag && isRead
      ? [
          headerParameter(
            'If-Match',
            `ETags, or \`*\`. A 412 if none of them is the ETag of the ${noun}. Weak ETags never match.`,
          ),
          headerParameter(
            'If-None-Match',
            `ETags, or \`*\`. A 304 without a body if one of them is the ETag of the ${noun}.`,
          ),
        ]
      : []),
  ]
}

function headerParameter(name: string, description: string, schema: Json = {}): Json {
  return { name, in: 'header', required: false, description, schema: { type: 'string', ...schema } }
}

const etagHeader: Json = {
  ETag: { description: 'Changes with what the answer shows.', schema: { type: 'string' } },
}

/** The JSON schema of one type. Named types are added to `components` and referred to. */
function schemaOf(type: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const {
    $schema: _,
    $defs,
    ...schema
  } = z.toJSONSchema(type, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // The format says the same, and the pattern of a date has 300 characters.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
      asPairs(jsonSchema)
    },
  }) as Json
  for (const [name, definition] of Object.entries(($defs ?? {}) as Json)) components[name] = relink(definition as Json)
  const id = schema['id']
  if (typeof id === 'string') {
    components[id] = relink(schema)
    return { $ref: `#/components/schemas/${id}` }
  }
  return relink(schema)
}

/** Lists of two texts. Tools that read OpenAPI do not all know the `prefixItems` of a tuple. */
function asPairs(schema: Json): void {
  const prefixItems = schema['prefixItems']
  if (!Array.isArray(prefixItems) || !prefixItems.every((item: Json) => item['type'] === 'string')) return
  delete schema['prefixItems']
  Object.assign(schema, { items: { type: 'string' }, minItems: prefixItems.length, maxItems: prefixItems.length })
}

function relink(schema: Json): Json {
  const { id: _, ...rest } = schema
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json
}
