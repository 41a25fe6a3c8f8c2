import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ApiAccess } from '../api/access.ts'
import type { Io } from '../process/io.ts'
import type { Receiver } from './receiver.ts'
import { defaultDataFolder } from '../api/dev-state.ts'

/** The addresses, printed when the server is ready. */
export function welcome({ url, token }: ApiAccess, receiver: Receiver, options: { data: string }, io: Io): string {
  return `${io.style('green', 'ready')} ${url}

  page      ${url}/#token=${token}
  token     ${token}
  receiver  ${receiver.httpUrl} and ${receiver.httpsUrl}
  data      ${options.data} (kept; delete it to start over)

The first event of each demo application:
`
}

/** Next steps: commands with the values of this server, ready to copy. */
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

  ${io.style('dim', '# play a vendor for your own receiver; here, for the built-in one')}
  ${self} trigger room-entered --dialect screenmeet --secret ${secret} \\
    --to ${receiver.httpsUrl}/screenmeet --ca ${quoted(caFile)}

Stop with Ctrl-C.
`
}

/** The command that starts this program from the current folder. */
function selfCommand(): string {
  const launcher = fileURLToPath(new URL('../../bin/posthorn.js', import.meta.url))
  if (launcher.includes('node_modules')) return 'npx posthorn'
  const path = relative(process.cwd(), launcher)
  return `node ${quoted(path.startsWith('..') ? launcher : path)}`
}

function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
