/** Maps errors of sockets, TLS and HTTP to the transport's error codes, with a message: what happened, why, what to do. */
import type { TransportErrorCode } from '../transport.ts'
import { HttpError } from './connections/http-error.ts'
import { localFault } from './local-fault.ts'

export interface Failure {
  readonly code: TransportErrorCode
  readonly message: string
}

/** The phase in which a request failed. `ECONNRESET` means something different in each phase. */
export type Phase = 'connect' | 'tls' | 'exchange'

const TLS_EXPIRED = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])
const TLS_WRONG_HOST = new Set(['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'])
const TLS_UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
])

/** @param where names the receiver in the message: `hooks.example.com (93.184.216.34:443)` */
export function classify(phase: Phase, error: unknown, where: string): Failure {
  const code = codeOf(error)
  switch (phase) {
    case 'connect':
      return classifyConnect(error, code, where)
    case 'tls':
      return classifyTls(code, messageOf(error), where)
    case 'exchange':
      return classifyExchange(error, code, where)
  }
}

function classifyConnect(error: unknown, code: string, where: string): Failure {
  const fault = localFault(error)
  if (fault !== null) return fault
  switch (code) {
    case 'ECONNREFUSED':
      return {
        code: 'connection_refused',
        message: `${where} refused the connection: check that the receiver runs and listens on this port`,
      }
    case 'ECONNRESET':
      return {
        code: 'connection_reset',
        message: `${where} reset the connection while it was being opened: check the firewalls and proxies in front of it`,
      }
    default:
      return {
        code: 'connect_failed',
        message: `could not connect to ${where} (${code}): check the route to this address and the firewalls on the way`,
      }
  }
}

function classifyTls(code: string, message: string, where: string): Failure {
  if (TLS_EXPIRED.has(code)) {
    const when = code === 'CERT_NOT_YET_VALID' ? 'is not valid yet' : 'has expired'
    return { code: 'tls_expired', message: `the certificate of ${where} ${when}: the receiver has to renew it` }
  }
  if (TLS_WRONG_HOST.has(code)) {
    return {
      code: 'tls_wrong_host',
      message: `the certificate of ${where} is for another name: the receiver needs one for the name in the URL`,
    }
  }
  if (TLS_UNTRUSTED.has(code)) {
    return {
      code: 'tls_untrusted',
      message:
        `the certificate of ${where} is not signed by a known authority (${code}): the receiver has to send its complete ` +
        `certificate chain, or the authority has to be added to POSTHORN_EXTRA_CA`,
    }
  }
  if (/certificate key too weak|key too small|md too weak/i.test(message)) {
    return {
      code: 'tls_failed',
      message: `the certificate of ${where} is too weak (${message}): it needs an RSA key of 2048 bits or an EC key`,
    }
  }
  const why = code === 'ECONNRESET' ? 'the connection was closed during the handshake' : `${code}: ${message}`
  return {
    code: 'tls_failed',
    message: `the TLS handshake with ${where} failed (${why}): the receiver has to support TLS 1.2 or 1.3 on this port`,
  }
}

function classifyExchange(error: unknown, code: string, where: string): Failure {
  if (error instanceof HttpError) return classifyHttp(error, where)
  return {
    code: 'connection_reset',
    message: `${where} closed the connection before it answered (${code}): check the receiver's log for a crash`,
  }
}

function classifyHttp({ code, message }: HttpError, where: string): Failure {
  switch (code) {
    case 'head_too_large':
      return {
        code: 'response_headers_too_large',
        message: `${where} answered with more than 16 kB of headers: the receiver has to send fewer`,
      }
    case 'request_invalid':
      return {
        code: 'request_invalid',
        message: `the request cannot be written as HTTP (${message}): correct its headers or its path`,
      }
    case 'malformed':
      return {
        code: 'response_malformed',
        message: `the answer of ${where} is not valid HTTP/1.1 (${message}): check which service listens on this port`,
      }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
