import { isUtf8 } from 'node:buffer'
import type { MockOut, TestOut } from '@posthorn/api'
import type { MockResult, TestResult } from '@posthorn/engine'
import { isoTime } from '../iso-time.ts'
import { headerPairs } from './headers.ts'

/** @param mayReadSecrets whether the caller sees headers with secrets as they were sent; otherwise as the log shows them */
export function mockOut(result: MockResult, mayReadSecrets: boolean): MockOut {
  const { request, outcome, durationMs } = result
  const headers = headerPairs(mayReadSecrets ? request.headers : request.shownHeaders)
  return {
    request: { method: request.method, url: request.url, headers, body: request.body },
    response:
      outcome.kind !== 'unknown'
        ? {
            status: outcome.response.code,
            headers: headerPairs(outcome.response.headers),
            body: Buffer.from(outcome.response.body).toString('utf8'),
            bodyBase64: isUtf8(outcome.response.body) ? null : Buffer.from(outcome.response.body).toString('base64'),
            truncated: outcome.response.bodyTruncated,
          }
        : null,
    error: outcome.kind === 'unknown' ? { ...outcome.error, maybeSent: outcome.maybeSent } : null,
    durationMs,
    timings: { ...outcome.timings },
    remoteAddress: outcome.remoteAddress,
  }
}

/** @param mayReadSecrets as for `mockOut` */
export function testOut({ ok, probe, message }: TestResult, mayReadSecrets: boolean): TestOut {
  const { steps, remoteAddress, tls } = probe
  return {
    ok,
    steps: steps.map((step) => ({ ...step })),
    remoteAddress,
    tls: tls && {
      protocol: tls.protocol,
      certificate: { ...tls.certificate, validTo: isoTime(tls.certificate.validTo) },
    },
    eventType: message?.eventType ?? null,
    message: message && mockOut(message, mayReadSecrets),
  }
}
