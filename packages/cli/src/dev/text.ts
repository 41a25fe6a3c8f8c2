import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ApiAccess } from '../api/access.ts'
import type { Io } from '../process/io.ts'
import type { Preset } from '@posthorn/preset'
import { printable } from '../show/printable.ts'
import type { Received, Receiver } from './receiver.ts'
import { defaultDataFolder } from './state.ts'

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

/** Where the whole body is the payload, the type is in it, or nowhere. */
function payloadType(payload: unknown): string | undefined {
  const type = typeof payload === 'object' && payload !== null && 'type' in payload ? payload.type : undefined
  return typeof type === 'string' ? type : undefined
}

/** What is where, once the server is ready. */
export function welcome({ url, token }: ApiAccess, receiver: Receiver, options: { data: string }, io: Io): string {
  return `${io.style('green', 'ready')} ${url}

  page      ${url}/#token=${token}
  token     ${token}
  receiver  ${receiver.httpUrl} and ${receiver.httpsUrl}
  data      ${options.data} (kept; delete it to begin anew)

The first event of each demo application:
`
}

/** Commands that work when they are copied: with the values of this server. */
export function whatNext(
  { url, token }: ApiAccess,
  receiver: Receiver,
  options: { data: string },
  caFile: string,
  io: Io,
): string {
  const self = selfCommand()
  const data = options.data === defaultDataFolder ? '' : ` --data ${quoted(options.data)}`
  const secret = quoted(receiver.inboxes.get('screenmeet')?.secret ?? '')
  return `
${io.style('bold', 'Next')}, in another terminal:

  ${io.style('dim', '# send an event to the demo application of a vendor, and see what the receiver answered')}
  ${self} send scalefusion device.locked --wait${data}

  ${io.style('dim', '# the same from any language')}
  curl -X POST ${url}/api/v1/app/signinapp/msg -H 'Authorization: Bearer ${token}' \\
    -H 'Content-Type: application/json' -d '{"eventType":"visitor.signin","payload":{"site":{"id":4567},"visitor":{"id":1234,"name":"Ada"}}}'

  ${io.style('dim', '# play a vendor towards a receiver of your own; here, towards the built-in one')}
  ${self} trigger room-entered --dialect screenmeet --secret ${secret} \\
    --to ${receiver.httpsUrl}/screenmeet --ca ${quoted(caFile)}

Stop with Ctrl-C.
`
}

/** How this program is called from here. */
function selfCommand(): string {
  const launcher = fileURLToPath(new URL('../../bin/posthorn.js', import.meta.url))
  if (launcher.includes('node_modules')) return 'npx posthorn'
  const path = relative(process.cwd(), launcher)
  return `node ${quoted(path.startsWith('..') ? launcher : path)}`
}

function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
