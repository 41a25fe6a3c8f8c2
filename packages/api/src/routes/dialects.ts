import * as z from 'zod'
import type { Route } from '../route.ts'
import { dialectGetQuery, DialectIn, DialectList, dialectListQuery, DialectOut } from '../schemas/dialect.ts'

export const dialectRoutes = [
  {
    method: 'GET',
    path: '/api/v1/dialect',
    operationId: 'dialect.list',
    summary: 'List dialects',
    access: 'application',
    scope: 'integrations:read',
    query: dialectListQuery,
    status: 200,
    response: DialectList,
  },
  {
    method: 'GET',
    path: '/api/v1/dialect/{dialect_name}',
    operationId: 'dialect.get',
    summary: 'Get a dialect',
    access: 'application',
    scope: 'integrations:read',
    query: dialectGetQuery,
    status: 200,
    response: DialectOut,
  },
  {
    method: 'PUT',
    path: '/api/v1/dialect/{dialect_name}',
    operationId: 'dialect.put',
    summary: 'Define a dialect, or its next version',
    description:
      'A definition that is equal to the newest version changes nothing. Endpoints keep the version that they have.',
    access: 'organization',
    scope: 'admin',
    body: DialectIn,
    status: 200,
    alsoStatus: 201,
    response: DialectOut,
  },
  {
    method: 'DELETE',
    path: '/api/v1/dialect/{dialect_name}',
    operationId: 'dialect.delete',
    summary: 'Delete your own dialect; it must not be in use',
    access: 'organization',
    scope: 'admin',
    status: 204,
    response: null,
  },
  {
    method: 'GET',
    path: '/api/v1/dialect/{dialect_name}/documentation',
    operationId: 'dialect.document',
    summary: 'Get a generated page for receivers: fields, signature, a worked example, code that verifies',
    access: 'application',
    scope: 'integrations:read',
    query: dialectGetQuery,
    status: 200,
    response: z.string(),
    contentType: 'text/markdown; charset=utf-8',
  },
] as const satisfies readonly Route[]
