/** What each scope allows. A token lists its scopes in the claim `scopes`; without the claim it has all of them. */
export const scopes = {
  'integrations:read': 'read applications, endpoints, event types, messages, operations and the log; get results',
  'integrations:write': 'create, change and delete endpoints; test them; resend and recover deliveries',
  'messages:send': 'send messages; create and end operations',
  'secrets:read': 'read the signing secrets of endpoints and the signing keys of applications',
  admin:
    'create, change and delete applications, event types and dialects; apply presets; read the audit log; erase content',
} as const

export type Scope = keyof typeof scopes

export const scopeNames = Object.keys(scopes) as readonly Scope[]
