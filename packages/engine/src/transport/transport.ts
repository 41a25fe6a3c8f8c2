/**
 * The seam between the engine and the network. A transport carries one request and answers with a value: a receiver
 * that hangs, lies or dies is an `Outcome`, never an exception.
 */

/** One request, complete to the byte. */
export interface TransportRequest {
  readonly method: string
  readonly url: string
  /** Names and values in the order in which they are sent. Names are unique, whatever their case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | null
  /** Budget for everything: DNS, connect, TLS, request, response head and body. */
  readonly timeoutMs: number
  /** Refuse `http:` addresses (a policy of the vendor, never of the transport). */
  readonly httpsOnly?: boolean
}

/** Why there is no usable response. A closed list: the log, the diagnosis and the docs are keyed by it. */
export type TransportErrorCode =
  | 'address_refused' // the guard: not a public address, a forbidden port, a malformed URL
  | 'dns_not_found'
  | 'dns_failed'
  | 'connection_refused'
  | 'connection_reset'
  | 'connect_failed'
  | 'tls_expired'
  | 'tls_untrusted'
  | 'tls_wrong_host'
  | 'tls_failed'
  | 'timeout'
  | 'response_malformed'
  | 'response_headers_too_large'
  | 'request_invalid' // a header or path that cannot be written as HTTP; checked earlier, so this is a bug upstream
  | 'transport_closed'
  | 'not_encodable' // the engine's own: the dialect cannot carry this message any more

export interface Timings {
  /** Milliseconds since the send began, each `null` when that phase did not happen (a connection was reused). */
  readonly dnsMs: number | null
  readonly connectMs: number | null
  readonly firstByteMs: number | null
  readonly totalMs: number
}

export interface TransportResponse {
  /** The protocol's own number for the answer (an HTTP status); 0 where the protocol has none. A detail: the outcome says what it means. */
  readonly code: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** At most `maxBodyBytes` of what came; never decompressed. */
  readonly body: Uint8Array
  /**
   * The body is not all that the receiver meant to send: longer than what is kept, broken, or cut by the deadline. The
   * response stands all the same, because its head was complete and says how the request ended.
   */
  readonly bodyTruncated: boolean
}

/** How a request ended, in the terms of every transport. */
export type Outcome = Accepted | Rejected | Unknown

interface Ended {
  readonly timings: Timings
  readonly remoteAddress: string | null
}

/** The receiver took the request. */
interface Accepted extends Ended {
  readonly kind: 'accepted'
  readonly response: TransportResponse
}

/** The receiver answered and did not take the request. */
interface Rejected extends Ended {
  readonly kind: 'rejected'
  readonly reason: RejectionReason
  /** How long the receiver asks us to wait; `null`: it does not say. */
  readonly retryAfterMs: number | null
  readonly response: TransportResponse
}

export type RejectionReason =
  | 'refused'
  | 'gone' // for good: the endpoint is held
  | 'overloaded' // the lane sends less at once
  | 'too_large' // a batch is sent again in two parts

/** There is no usable answer. */
export interface Unknown extends Ended {
  readonly kind: 'unknown'
  readonly error: { readonly code: TransportErrorCode; readonly message: string }
  /** True when the receiver may have acted on the request all the same: a reset after the body was written. */
  readonly maybeSent: boolean
}

/** The protocol's number of the answer; 0: there was none. */
export function codeOf(outcome: Outcome): number {
  return outcome.kind === 'unknown' ? 0 : outcome.response.code
}

/** The outcome of a request that never left. */
export function notSent(code: TransportErrorCode, message: string): Unknown {
  return {
    kind: 'unknown',
    error: { code, message },
    maybeSent: false,
    timings: { dnsMs: null, connectMs: null, firstByteMs: null, totalMs: 0 },
    remoteAddress: null,
  }
}

/** What of an endpoint was looked at, in this order. Each that fails keeps the later ones from being reached. */
export type ProbeStepName = 'address' | 'dns' | 'connect' | 'tls' | 'redirect'

export interface ProbeStep {
  readonly step: ProbeStepName
  /** `null`: not reached, does not apply, or could not be found out. */
  readonly ok: boolean | null
  /** For people: what was found; when it is not ok, what to do about it too. */
  readonly message: string
  readonly durationMs: number | null
}

/** Of the connection that was really made. Names in it were written by the receiver; they are printable and short. */
export interface ProbedTls {
  /** `TLSv1.3` */
  readonly protocol: string
  readonly certificate: {
    readonly subject: string
    readonly issuer: string
    /** Milliseconds since the epoch. */
    readonly validTo: number
    readonly daysLeft: number
  }
}

/** Whether a delivery would get through, before one is sent. */
export interface Probe {
  /** All five, in their order. */
  readonly steps: readonly ProbeStep[]
  readonly remoteAddress: string | null
  /** `null` without encryption, and where no handshake succeeded. */
  readonly tls: ProbedTls | null
}

export interface ProbeOptions {
  /** Budget for everything. */
  readonly timeoutMs: number
  readonly httpsOnly?: boolean
}

export interface Transport {
  /** URL schemes that this transport carries, without the colon. */
  readonly schemes: readonly string[]
  /**
   * Checks an address before it is stored, without touching the network: scheme, host literal, port, user info.
   * Answers the canonical form to store, or a sentence that says what is wrong and what to do.
   */
  check(url: string, rules: { httpsOnly?: boolean }): { ok: true; url: string } | { ok: false; message: string }
  /** Never throws and never rejects. */
  send(request: TransportRequest): Promise<Outcome>
  /**
   * Goes the way of a delivery as far as the receiver's first answer, with the same rules, over a connection of its own, and
   * carries no message. Never throws and never rejects.
   */
  probe(url: string, options: ProbeOptions): Promise<Probe>
  /** Ends idle connections at once and waits for busy ones, at most `graceMs`. */
  close(graceMs?: number): Promise<void>
}
