/**
 * One TCP (and TLS) connection to one checked address. The address is dialled as it was checked, so that no second look-up
 * can answer otherwise; the name goes into SNI, the certificate check and the Host header.
 */
import net from 'node:net'
import tls from 'node:tls'
import { classify, type Failure, type Phase } from './errors.ts'
import { type Guard, type Target, withoutRootDot } from './guard.ts'

export type Dialled =
  | { readonly ok: true; readonly socket: net.Socket; readonly remoteAddress: string }
  | { readonly ok: false; readonly failure: Failure; readonly phase: Phase }

export interface DialContext {
  readonly guard: Guard
  readonly trust: tls.SecureContext
  readonly watch?: DialWatch
}

/** Somebody who wants to know how far it gets (a probe). */
export interface DialWatch {
  onDial(): void
  /** TCP is there, and the peer is one that may be talked to. */
  onTcp(remoteAddress: string): void
  onTls(socket: tls.TLSSocket): void
}

/** Resumes an earlier TLS session with the same origin and address, which saves a round trip and the key exchange. */
export interface TlsResumption {
  session: Buffer | undefined
}

/** Calls `done` once, unless the returned function is called first, which gives up. */
export function dial(
  { guard, trust, watch }: DialContext,
  target: Target,
  address: string,
  resumption: TlsResumption,
  done: (dialled: Dialled) => void,
): () => void {
  const where = describePeer(target, address)
  let phase: Phase = 'connect'
  let finished = false

  watch?.onDial()
  const tcp = net.connect({ host: address, port: target.port, noDelay: true, autoSelectFamily: false })
  let outermost = tcp

  const fail = (failure: Failure): void => {
    if (finished) return
    finished = true
    outermost.destroy()
    done({ ok: false, failure, phase })
  }
  // Stays when the connection is handed on: between two owners an error must not go unheard, which would end the process.
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
    // The peer is already gone again.
    if (remoteAddress === undefined) return onClose()
    const refused = guard.refusedPeer(remoteAddress)
    if (refused !== null) return fail({ code: 'address_refused', message: refused })
    watch?.onTcp(remoteAddress)
    if (!target.secure) return succeed(remoteAddress)

    phase = 'tls'
    const name = withoutRootDot(target.host)
    const secure = tls.connect({
      socket: tcp,
      // What the certificate has to be for. An IP literal is checked too, but RFC 6066 keeps it out of SNI.
      host: name,
      ...(target.literal === null ? { servername: name } : {}),
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

export function describePeer(target: Target, address: string): string {
  const peer = `${address.includes(':') ? `[${address}]` : address}:${target.port}`
  return target.literal === null ? `${target.host} (${peer})` : peer
}

const CLOSED = Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })
