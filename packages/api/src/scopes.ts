/** What a token may do, as its claim `scopes` lists it. A token without the claim may do everything that its subject may. */
export const scopes = {
  'integrations:read': 'see applications, endpoints, event types, messages, operations and the log; fetch results',
  'integrations:write': 'create, change and delete endpoints; try, resend and recover deliveries',
  'messages:send': 'send messages; begin and end operations',
  'secrets:read': 'read the signing secrets of endpoints and the signing keys of applications',
  admin:
    'create, change and delete applications, event types and dialects; apply presets; read the audit log; erase content',
} as const

export type Scope = keyof typeof scopes

export const scopeNames = Object.keys(scopes) as readonly Scope[]
