/**
 * Opens one TCP (and TLS) connection to one checked address. It connects to the address itself, because a second lookup of
 * the name could return another address. The name is used for SNI, the certificate check and the Host header.
 */
import net from 'node:net'
import tls from 'node:tls'
import { classify, type Failure, type Phase } from '../errors.ts'
import { type Guard, type ParsedUrl, withoutRootDot } from '../guard/guard.ts'

export type Dialled =
  | { readonly ok: true; readonly socket: net.Socket; readonly remoteAddress: string }
  | { readonly ok: false; readonly failure: Failure; readonly phase: Phase }

export interface DialContext {
  readonly guard: Guard
  readonly trust: tls.SecureContext
  readonly watch?: DialWatch
}

/** Told about the progress of a connection; a probe uses it. */
export interface DialWatch {
  onDial(): void
  /** TCP is connected, and the guard allows the peer. */
  onTcp(remoteAddress: string): void
  onTls(socket: tls.TLSSocket): void
}

/** The last TLS session with this origin and address. Resuming it saves a round trip and the key exchange. */
export interface TlsResumption {
  session: Buffer | undefined
}

/** Calls `done` once. The returned function aborts; after it `done` is not called. */
export function dial(
  { guard, trust, watch }: DialContext,
  url: ParsedUrl,
  address: string,
  resumption: TlsResumption,
  done: (dialled: Dialled) => void,
): () => void {
  const where = describePeer(url, address)
  let phase: Phase = 'connect'
  let finished = false

  watch?.onDial()
  const tcp = net.connect({ host: address, port: url.port, noDelay: true, autoSelectFamily: false })
  let outermost = tcp

  const fail = (failure: Failure): void => {
    if (finished) return
    finished = true
    outermost.destroy()
    done({ ok: false, failure, phase })
  }
  // Stays attached when the socket is passed to its next owner: an `error` event without a listener would end the process.
  const onError = (error: Error): void => fail(classify(phase, error, where))
  const onClose = (): void => fail(classify(phase, CLOSED, where))
  const succeed = (remoteAddress: string): void => {
    if (finished) return
    finished = true
    done({ ok: true, socket: outermost, remoteAddress })
  }

  tcp.on('error', onError)
  tcp.once('close', onClose)
  tcp.once('connect', () => {
    const { remoteAddress } = tcp
    // The peer has already closed the connection.
    if (remoteAddress === undefined) return onClose()
    const refused = guard.refusedPeer(remoteAddress)
    if (refused !== null) return fail({ code: 'address_refused', message: refused })
    watch?.onTcp(remoteAddress)
    if (!url.secure) return succeed(remoteAddress)

    phase = 'tls'
    const name = withoutRootDot(url.host)
    const secure = tls.connect({
      socket: tcp,
      // The name that the certificate must match. An IP literal is checked too, but RFC 6066 does not allow it in SNI.
      host: name,
      ...(url.literal === null ? { servername: name } : {}),
      ...(resumption.session === undefined ? {} : { session: resumption.session }),
      secureContext: trust,
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
    })
    outermost = secure
    secure.on('error', onError)
    secure.once('close', onClose)
    secure.on('session', (session) => {
      resumption.session = session
    })
    secure.once('secureConnect', () => {
      watch?.onTls(secure)
      succeed(remoteAddress)
    })
  })

  return () => {
    finished = true
    outermost.destroy()
  }
}

export function describePeer(url: ParsedUrl, address: string): string {
  const peer = `${address.includes(':') ? `[${address}]` : address}:${url.port}`
  return url.literal === null ? `${url.host} (${peer})` : peer
}

const CLOSED = Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })
