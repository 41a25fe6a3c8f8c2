import type { Preset } from '@posthorn/preset'
import type { Io } from '../process/io.ts'
import { printable } from '../show/printable.ts'
import type { Received } from './receiver.ts'

/** `scalefusion device.enrolled -> 200 in 4 ms, signature verified` */
export function receivedLine(
  { inbox, result, status, durationMs }: Received,
  presets: readonly Preset[],
  io: Io,
): string {
  const about = (type: string) =>
    `${[inbox, printable(type, { oneLine: true })].join(' ').trim()} -> ${status} in ${durationMs} ms, `
  if (!result.ok)
    return about('') + io.style('red', `refused: ${result.code}: ${printable(result.message, { oneLine: true })}`)
  const known = presets.find(({ name }) => name === inbox)?.eventTypes ?? []
  const onlyType = known.length === 1 ? known[0]?.name : undefined
  const types = result.messages.map(
    ({ type, payload }) => type ?? payloadType(payload) ?? onlyType ?? '(type not on the wire)',
  )
  const [first] = result.messages
  const verdict =
    result.keyIndex !== null
      ? 'signature verified'
      : first?.claim === undefined
        ? 'unsigned'
        : 'claim received (unsigned by design)'
  return about(types.join(', ')) + io.style('green', verdict)
}

/** If the whole body is the payload, the type may be a member of it. */
function payloadType(payload: unknown): string | undefined {
  const type = typeof payload === 'object' && payload !== null && 'type' in payload ? payload.type : undefined
  return typeof type === 'string' ? type : undefined
}
