import { randomBytes, randomUUID } from 'node:crypto'
import { newId, random47, type CompiledDialect, type WireMessage } from '@posthorn/wire'

/** A message of this moment, with a new id, and with a claim if the dialect carries one. */
export function newMessage(
  compiled: CompiledDialect,
  type: string,
  content: { payload: string; params: Readonly<Record<string, string>> },
  nowMs: number,
): WireMessage {
  return {
    id: newMessageId(nowMs),
    type,
    payload: content.payload,
    occurredAt: nowMs,
    acceptedAt: nowMs,
    params: content.params,
    ...(carriesClaim(compiled) ? { claim: randomUUID() } : {}),
  }
}

export function newMessageId(nowMs: number): string {
  return newId('msg_', nowMs, random47(randomBytes(6)))
}

/** Whether requests of this dialect carry the secret id of a result instead of the result. */
export function carriesClaim(compiled: CompiledDialect): boolean {
  return Object.values(compiled.dialect.request.query ?? {}).some((slot) => slot.$ === 'claim')
}
