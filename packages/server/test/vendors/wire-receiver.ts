import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as it came over the wire. */
export interface Arrival {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface WireReceiver {
  /** `https://127.0.0.1:40123` */
  readonly origin: string
  readonly arrivals: Arrival[]
  /** What is answered from now on. */
  answer: (arrival: Arrival) => { readonly status: number; readonly body?: string }
}

/**
 * A receiver on this machine that keeps what it was sent, whole: vendors differ in method, address and body, and not only in headers.
 * With a certificate it speaks https. Ends with the test.
 */
export async function startWireReceiver(secure?: {
  readonly key: string
  readonly certificate: string
}): Promise<WireReceiver> {
  const arrivals: Arrival[] = []
  const listener: RequestListener = (incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { method = '', url: target = '', headers } = incoming
      const arrival = { method, target, headers, body: Buffer.concat(chunks) }
      arrivals.push(arrival)
      const { status, body = '' } = receiver.answer(arrival)
      outgoing.writeHead(status, { 'content-type': 'text/plain' }).end(body)
    })
  }
  const server = secure
    ? createSecureServer({ key: secure.key, cert: secure.certificate }, listener)
    : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const receiver: WireReceiver = {
    origin: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    arrivals,
    answer: () => ({ status: 200 }),
  }
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return receiver
}
