import { httpTransport } from '../src/transport/http/http-transport.ts'
import { verdictOf } from '../src/transport/http/verdict.ts'
import type { Transport, TransportRequest } from '../src/transport/transport.ts'
import type { VirtualClock } from '../sim/virtual-clock.ts'

export interface ScriptedResponse {
  readonly status: number
  readonly headers?: readonly (readonly [name: string, value: string])[]
}

/** A transport on a virtual clock: what `answer` gives is the response of the receiver. Addresses are checked by the real rules. */
export function scriptedTransport(
  clock: VirtualClock,
  answer: (request: TransportRequest) => ScriptedResponse | Promise<ScriptedResponse>,
): Transport {
  const real = httpTransport()
  return {
    schemes: real.schemes,
    check: (url, rules) => real.check(url, rules),
    async send(request) {
      const { status, headers = [] } = await answer(request)
      return {
        ...verdictOf(status, headers, clock.now),
        response: { code: status, headers, body: new Uint8Array(), bodyTruncated: false },
        timings: { dnsMs: null, connectMs: null, firstByteMs: null, totalMs: 1 },
        remoteAddress: null,
      }
    },
    probe: async () => ({ steps: [], remoteAddress: null, tls: null }),
    close: async () => undefined,
  }
}
