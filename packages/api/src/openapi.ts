import * as z from 'zod'
import { errorCodes } from './error-codes.ts'
import { listParameters, listSpellings, querySchema } from './lenient.ts'
import type { Route } from './route.ts'
import { routes } from './routes/index.ts'
import { scopes } from './scopes.ts'
import { HttpError, HttpValidationError } from './schemas/common.ts'

type Json = { [key: string]: unknown }

/** The OpenAPI 3.1 document, made from the routes. */
export function openApiDocument(): Json {
  const components: Json = {}
  const paths: Record<string, Json> = {}
  for (const route of routes as readonly Route[]) {
    paths[route.path] ??= {}
    paths[route.path]![route.method.toLowerCase()] = operation(route, components)
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
      schemas: Object.fromEntries(Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

function operation(route: Route, components: Json): Json {
  const resource = route.operationId.split('.')[0]
  const hasBody = route.body !== undefined
  const success: Json = route.response
    ? {
        description: 'Success',
        content: {
          [contentTypeOf(route)]: {
            schema: schemaOf(route.response, 'output', components),
          },
        },
      }
    : { description: 'Success, without a body' }
  const responses: Json = { [route.status]: success }
  if (route.alsoStatus) responses[route.alsoStatus] = success
  const refusals: Record<string, string> = {}
  if (route.access !== 'public') {
    refusals['401'] = 'There is no token, or it is not valid'
    refusals['403'] = 'The token does not allow this'
  }
  if (route.path.includes('{')) refusals['404'] = 'It does not exist, or the token may not see it'
  if (route.method === 'POST' || route.method === 'PUT') refusals['409'] = 'An id or name is already used'
  if (hasBody) refusals['413'] = 'The body is too large'
  for (const code of route.refusals ?? []) refusals[errorCodes[code].status] = `\`${code}\`: ${errorCodes[code].when}`
  for (const [status, description] of Object.entries(refusals)) {
    responses[status] = { description, ...json(schemaOf(HttpError, 'output', components)) }
  }
  if (hasBody || route.query || refusesOthers(route)) {
    responses['422'] = {
      description: 'A field is not valid',
      ...json(schemaOf(HttpValidationError, 'output', components)),
    }
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

/** Whether a parameter that the route does not have is a 422. */
function refusesOthers(route: Route): boolean {
  return querySchema(route).def.catchall instanceof z.ZodNever
}

function contentTypeOf(route: Route): string {
  return route.stream ? 'text/event-stream' : (route.contentType?.split(';')[0] ?? 'application/json')
}

function requestContent(route: Route, body: z.ZodType, components: Json): Json {
  const { content } = json(schemaOf(body, 'input', components)) as { content: Json }
  return { content: route.file ? { ...content, '*/*': { schema: { type: 'string', format: 'binary' } } } : content }
}

const json = (schema: Json): Json => ({ content: { 'application/json': { schema } } })

function pathParameters(route: Route): Json[] {
  return [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(route: Route): Json[] {
  const lists = listParameters(route)
  return Object.entries(route.query?.shape ?? {}).map(([name, type]) => {
    const { description, ...schema } = schemaOf(type as z.ZodType, 'input', {})
    const also = lists.includes(name) ? { 'x-also-taken-as': listSpellings(name) } : {}
    return { name, in: 'query', required: false, ...(description ? { description } : {}), ...also, schema }
  })
}

function headerParameters(route: Route): Json[] {
  if (route.method !== 'POST' || route.ignoresIdempotencyKey) return []
  const description =
    'A second request with the same key within 24 hours does nothing and gets the same response; with another body it gets a 422.'
  return [
    { name: 'Idempotency-Key', in: 'header', required: false, description, schema: { type: 'string', maxLength: 256 } },
  ]
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
    // The format says the same, and the pattern of a date has 300 characters.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
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

function relink(schema: Json): Json {
  const { id: _, ...rest } = schema
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json
}
