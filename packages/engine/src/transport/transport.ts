/**
 * The interface between the engine and the network. A transport sends one request and returns an `Outcome`. A receiver
 * that hangs, answers nonsense or closes the connection gives an `Outcome` too, never an exception.
 */

/** One request, with every byte that is sent. */
export interface TransportRequest {
  readonly method: string
  readonly url: string
  /** Names and values in the order in which they are sent. A name occurs once, whatever its case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | null
  /** Limit for the whole exchange: DNS, connect, TLS, request, response head and body. */
  readonly timeoutMs: number
  /** Do not use an open connection: the last try failed on one that its receiver had closed. */
  readonly freshConnection?: boolean
  /** Refuse `http:` addresses. The vendor's policy decides this, not the transport. */
  readonly httpsOnly?: boolean
}

/** Why there is no usable response. A closed list, because the log, the diagnosis and the docs use these codes as keys. */
export type TransportErrorCode =
  | 'address_refused' // by the guard: not a public address, a forbidden port, or a malformed URL
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
  | 'request_invalid' // a header or path that cannot be written as HTTP: earlier checks prevent this, so it is a bug in them
  | 'transport_closed'
  | 'local_fault' // this machine could not send it (no port, no network, no resolver): nothing left, and it is no attempt
  | 'local_shortage' // the same, and it concerns all: no descriptors or no memory
  | 'not_encodable' // set by the engine: the dialect changed and can no longer carry this message

export interface Timings {
  /** Milliseconds since the send began; `null` when the phase did not happen, because a connection was reused. */
  readonly dnsMs: number | null
  readonly connectMs: number | null
  readonly firstByteMs: number | null
  readonly totalMs: number
}

export interface TransportResponse {
  /** The protocol's status code (for HTTP, the status), or 0. The outcome's `kind` says what it means. */
  readonly code: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** At most `maxBodyBytes` of the response body, never decompressed. */
  readonly body: Uint8Array
  /**
   * The body is incomplete: it is longer than what is kept, it broke off, or the deadline ended it. The response still
   * counts, because its head is complete and the status decides.
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
  /** How long the receiver asks us to wait; `null` when it does not say. */
  readonly retryAfterMs: number | null
  readonly response: TransportResponse
}

export type RejectionReason =
  | 'refused'
  | 'gone' // permanently: the endpoint is held
  | 'overloaded' // the lane lowers its number of concurrent requests
  | 'too_large' // a batch is sent again in two parts

/** No usable answer came. */
export interface Unknown extends Ended {
  readonly kind: 'unknown'
  readonly error: { readonly code: TransportErrorCode; readonly message: string }
  /** True when the receiver may have processed the request, for example when it resets the connection after the body. */
  readonly maybeSent: boolean
  /**
   * It went out on a connection that had been open before, and that ended without a byte of an answer. Nearly always the receiver closed
   * an idle connection at that moment and never saw the request; it cannot be told from a receiver that saw it.
   */
  readonly staleConnection?: true
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

/** What a probe checks, in this order. A step that fails ends the probe, so the later steps are not reached. */
export type ProbeStepName = 'address' | 'dns' | 'connect' | 'tls' | 'redirect'

export interface ProbeStep {
  readonly step: ProbeStepName
  /** `null`: not reached, not applicable, or not known. */
  readonly ok: boolean | null
  /** For people: what was found and, when the step failed, what to do. */
  readonly message: string
  readonly durationMs: number | null
}

/** TLS of the connection that was made. The names come from the receiver's certificate; they are printable and limited. */
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

/** Whether a delivery would reach the receiver. */
export interface Probe {
  /** All five steps, in order. */
  readonly steps: readonly ProbeStep[]
  readonly remoteAddress: string | null
  /** `null` for `http:`, and when no handshake succeeded. */
  readonly tls: ProbedTls | null
}

export interface ProbeOptions {
  /** Limit for the whole probe. */
  readonly timeoutMs: number
  readonly httpsOnly?: boolean
}

export interface Transport {
  /** URL schemes that this transport carries, without the colon. */
  readonly schemes: readonly string[]
  /**
   * Checks an address before it is stored, without using the network: scheme, IP literal, port, user info.
   * Returns the canonical form to store, or a sentence that says what is wrong and what to do.
   */
  check(url: string, rules: { httpsOnly?: boolean }): { ok: true; url: string } | { ok: false; message: string }
  /** Never throws and never rejects. */
  send(request: TransportRequest): Promise<Outcome>
  /**
   * Takes the same steps as a delivery up to the receiver's first answer, under the same rules, on its own connection and
   * without a message. Never throws and never rejects.
   */
  probe(url: string, options: ProbeOptions): Promise<Probe>
  /** Closes idle connections at once and waits at most `graceMs` for busy ones. */
  close(graceMs?: number): Promise<void>
}
