import * as z from 'zod'
import type { Route } from '../route.ts'
import { ApplicationOut } from '../schemas/application.ts'
import { dialectListQuery } from '../schemas/dialect.ts'
import { documentationQuery, PresetApplyIn, PresetList, PresetOut } from '../schemas/preset.ts'

export const presetRoutes = [
  {
    method: 'GET',
    path: '/api/v1/preset',
    operationId: 'preset.list',
    summary: 'List presets',
    access: 'application',
    scope: 'integrations:read',
    query: dialectListQuery,
    // The application of the token may be deleted.
    refusals: ['not_found'],
    status: 200,
    response: PresetList,
  },
  {
    method: 'GET',
    path: '/api/v1/preset/{preset_name}',
    operationId: 'preset.get',
    summary: 'Get a preset',
    access: 'application',
    scope: 'integrations:read',
    status: 200,
    response: PresetOut,
  },
  {
    method: 'GET',
    path: '/api/v1/preset/{preset_name}/documentation',
    operationId: 'preset.document',
    summary: 'Get a generated page for the vendor’s customers, in the vendor’s words',
    access: 'application',
    scope: 'integrations:read',
    query: documentationQuery,
    status: 200,
    response: z.string(),
    contentType: 'text/markdown; charset=utf-8',
  },
  {
    method: 'POST',
    path: '/api/v1/app/{app_id}/preset',
    operationId: 'preset.apply',
    etag: 'answer',
    summary: 'Apply a preset to an application: event types, dialect, policy and rules',
    access: 'organization',
    scope: 'admin',
    body: PresetApplyIn,
    status: 200,
    response: ApplicationOut,
  },
] as const satisfies readonly Route[]
