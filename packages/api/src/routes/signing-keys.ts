import type { Route } from '../route.ts'
import { SigningKeyOut, SigningKeyResetIn, SigningKeyResetOut } from '../schemas/signing-key.ts'

export const signingKeyRoutes = [
  {
    method: 'GET',
    path: '/api/v1/app/{app_id}/signing-key',
    operationId: 'signingKey.get',
    summary: 'Show the key that signs for all endpoints of an application; audited',
    access: 'application',
    scope: 'secrets:read',
    status: 200,
    response: SigningKeyOut,
    refusals: ['conflict'],
  },
  {
    method: 'POST',
    path: '/api/v1/app/{app_id}/signing-key/reset',
    operationId: 'signingKey.reset',
    etag: 'changed',
    summary: 'Replace the signing key with an overlap; audited',
    access: 'application',
    scope: 'integrations:write',
    body: SigningKeyResetIn,
    bodyOptional: true,
    refusals: ['limit_reached'],
    status: 200,
    response: SigningKeyResetOut,
  },
] as const satisfies readonly Route[]
