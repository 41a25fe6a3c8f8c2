import tls from 'node:tls'
import { expect, test } from 'vitest'
import { parseCidr } from '../guard/address.ts'
import { dial, type Dialled } from './dial.ts'
import { createGuard, type Guard } from '../guard/guard.ts'
import { startRawServer } from '../testing/raw-server.ts'

test.each(['http', 'https'])('a peer that is refused after connecting (%s) receives no byte', async (scheme) => {
  let bytes = 0
  let onEnded = (): void => {}
  const ended = new Promise<void>((resolve) => (onEnded = resolve))
  const server = await startRawServer({
    onConnection(socket) {
      socket.on('data', (data) => (bytes += data.length))
      socket.on('close', onEnded)
    },
  })
  const lenient = createGuard({ allow: [parseCidr('127.0.0.0/8')] })
  const check = lenient.checkUrl(server.url.replace('http', scheme))
  if (!check.ok) throw new Error(check.message)
  // The first two checks allow the address; only the third refuses it.
  const strict = createGuard({ allow: [] })
  const guard: Guard = { ...lenient, refusedPeer: (remoteAddress) => strict.refusedPeer(remoteAddress) }
  const context = { guard, trust: tls.createSecureContext() }
  const dialled = await new Promise<Dialled>((resolve) => {
    dial(context, check.url, '127.0.0.1', { session: undefined }, resolve)
  })
  expect(dialled).toMatchObject({
    ok: false,
    failure: {
      code: 'address_refused',
      message: 'the connection reached 127.0.0.1, which is a loopback address, and endpoints have to be public',
    },
  })
  await ended
  expect(bytes).toBe(0)
  await server.close()
})
