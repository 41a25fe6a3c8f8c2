import type {
  EndpointIn,
  EndpointOut,
  EndpointPatch as PatchBody,
  EndpointUpsertIn,
  MockOut,
  TestOut,
} from '@posthorn/api'
import { answerOf, endpointFields, inputOf, patchOf, replacement } from '@posthorn/model'
import {
  isCredentialHeader,
  type Endpoint,
  type EndpointInput,
  type EndpointPatch,
  type MockResult,
  type TestResult,
} from '@posthorn/engine'
import { isUtf8 } from 'node:buffer'
import { isoTime } from '../iso-time.ts'

export const endpointOut: (endpoint: Endpoint) => EndpointOut = answerOf(endpointFields)

export function endpointInput(body: EndpointIn): EndpointInput {
  return inputOf(endpointFields, body)
}

export function endpointPatch(body: PatchBody): EndpointPatch {
  return patchOf(endpointFields, body)
}

/** PUT: what is left out goes back to its default. */
export function endpointReplacement(body: EndpointUpsertIn): EndpointPatch {
  return replacement(endpointFields, patchOf(endpointFields, body))
}

/** Headers that may carry credentials are named, and never shown: the same ones that the log hides. */
export function headersOut(headers: Readonly<Record<string, string>>) {
  const names = Object.keys(headers)
  return {
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !isCredentialHeader(name))),
    sensitive: names.filter(isCredentialHeader),
  }
}

/** `headers` with some set (a value) and some removed (`null`); names are compared without their case. */
export function mergedHeaders(
  headers: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
  removed: readonly string[],
): Record<string, string> {
  const touched = new Set([...Object.keys(changes), ...removed].map((name) => name.toLowerCase()))
  const kept = Object.entries(headers).filter(([name]) => !touched.has(name.toLowerCase()))
  const set = Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== null)
  return Object.fromEntries([...kept, ...set])
}

/** `secrets`: whoever asks may read secrets, so what carries one is shown as it was sent. */
export function mockOut(result: MockResult, secrets: boolean): MockOut {
  const { request, outcome, durationMs } = result
  const headers = pairs(secrets ? request.headers : request.shownHeaders)
  return {
    request: { method: request.method, url: request.url, headers, body: request.body },
    response:
      outcome.kind !== 'unknown'
        ? {
            status: outcome.response.code,
            headers: pairs(outcome.response.headers),
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

export function testOut({ ok, probe, message }: TestResult, secrets: boolean): TestOut {
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
    message: message && mockOut(message, secrets),
  }
}

export function pairs(headers: readonly (readonly [string, string])[]): [string, string][] {
  return headers.map(([name, value]) => [name, value])
}
