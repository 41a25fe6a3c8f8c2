/** Makes the message for the receiver from what was read. */
import type { Dialect, ReceivedMessage } from '../dialect.ts'
import type { Draft } from '../lens/slot-lens.ts'

/**
 * @param shared the fields of headers and query, for all messages of the request
 * @param own the fields of the body, for this message
 */
export function toMessage(dialect: Dialect, shared: Draft, own: Draft): ReceivedMessage {
  const payloadText = own.payloadText ?? ''
  const payload = 'payload' in own ? own.payload : payloadText === '' ? undefined : (JSON.parse(payloadText) as unknown)
  for (const path of dialect.receive?.emptyMaps ?? []) repairEmptyMap(payload, path)
  const params = Object.assign(Object.create(null) as Record<string, string>, shared.params, own.params)
  const message: ReceivedMessage = { ...shared, ...own, payload, payloadText, params }
  const { type } = message
  const aliases = dialect.receive?.aliases
  if (type !== undefined && aliases !== undefined && Object.hasOwn(aliases, type)) message.type = aliases[type] ?? type
  return message
}

/** Reads `[]` as an empty map, which is how some languages print one. Only own members are followed (test P1). */
function repairEmptyMap(payload: unknown, path: string): void {
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let at: unknown = payload
  for (const key of keys) at = ownMember(at, key)
  const value = ownMember(at, last)
  if (Array.isArray(value) && value.length === 0) (at as Record<string, unknown>)[last] = {}
}

function ownMember(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
}
