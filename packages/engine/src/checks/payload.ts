import { scan } from '@posthorn/wire'
import { EngineError } from '../errors.ts'

/** Larger payloads are refused: a payload is held in memory while its deliveries are. */
const maxPayloadBytes = 1024 * 1024

/** A JSON object of at most 1 MB, as far as can be seen without reading all of it. @throws EngineError `payload_too_large`, `invalid` */
export function checkPayload(payload: string): void {
  if (payload.length > maxPayloadBytes || Buffer.byteLength(payload) > maxPayloadBytes)
    throw new EngineError(
      'payload_too_large',
      `The payload has ${Buffer.byteLength(payload)} bytes; the most is ${maxPayloadBytes}. Send a link to the data instead.`,
      { field: 'payload' },
    )
  if (!/^\s*\{/.test(payload))
    throw new EngineError(
      'invalid',
      'The payload must be a JSON object: {"...": ...}. Put other values into a member.',
      {
        field: 'payload',
      },
    )
}

/** JSON that can be sent. @throws EngineError `invalid` */
export function checkJson(payload: string): void {
  const found = scan(payload)
  if (!found.ok)
    throw new EngineError(
      'invalid',
      `The payload is not JSON that can be sent: ${found.reason} (character ${found.at + 1}).`,
      {
        field: 'payload',
      },
    )
}
