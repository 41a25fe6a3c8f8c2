import type { EndpointIn, EndpointOut, EndpointPatch, EndpointUpsertIn, MockOut, TestOut } from '@posthorn/api'
import {
  isCredentialHeader,
  type Endpoint,
  type EndpointInput,
  type MockResult,
  type TestResult,
} from '@posthorn/engine'
import { isUtf8 } from 'node:buffer'
import { present, time, timeOrNull } from '../present.ts'

export function endpointOut(endpoint: Endpoint): EndpointOut {
  const eventTypes = endpoint.eventTypes === null ? null : [...endpoint.eventTypes]
  return {
    id: endpoint.id,
    uid: endpoint.uid,
    name: endpoint.name,
    url: endpoint.url,
    description: endpoint.description,
    eventTypes,
    filterTypes: eventTypes,
    channels: endpoint.channels === null ? null : [...endpoint.channels],
    platforms: endpoint.platforms === null ? null : [...endpoint.platforms],
    filter: endpoint.filter && { ...endpoint.filter },
    filterOver: endpoint.filterOver,
    disabled: endpoint.disabled,
    metadata: { ...endpoint.metadata },
    throttleRate: endpoint.rateLimit,
    rateLimit: endpoint.rateLimit,
    version: endpoint.version,
    dialect: endpoint.dialect,
    dialectVersion: endpoint.dialectVersion,
    secondary: endpoint.secondary && { ...endpoint.secondary },
    params: { ...endpoint.params },
    retrySchedule: endpoint.retrySchedule === null ? null : [...endpoint.retrySchedule],
    timeoutSeconds: endpoint.timeoutSeconds,
    batch: endpoint.batch && { ...endpoint.batch },
    signed: endpoint.signed,
    hold: endpoint.hold,
    heldAt: timeOrNull(endpoint.heldAt),
    failingSince: timeOrNull(endpoint.failingSince),
    createdAt: time(endpoint.createdAt),
    updatedAt: time(endpoint.updatedAt),
  }
}

export function endpointInput(body: EndpointIn): EndpointInput {
  const { headers, secret, ...rest } = body
  return {
    ...endpointPatch(rest),
    url: body.url,
    ...(headers == null ? {} : { headers }),
    ...(secret === undefined ? {} : { secret }),
  }
}

export function endpointPatch(body: EndpointPatch): Partial<EndpointInput> {
  const { throttleRate, rateLimit, eventTypes, filterTypes, secondary, batch, ...rest } = body
  return present({
    ...rest,
    secondary: secondary && present(secondary),
    batch: batch && present(batch),
    eventTypes: eventTypes === undefined ? filterTypes : eventTypes,
    rateLimit: throttleRate === undefined ? rateLimit : throttleRate,
  })
}

/** PUT: what is left out goes back to its default; headers and secret have routes of their own and stay. */
export function endpointReplacement(body: EndpointUpsertIn): Partial<EndpointInput> {
  return {
    name: '',
    description: '',
    eventTypes: null,
    channels: null,
    platforms: null,
    filter: null,
    filterOver: 'payload',
    secondary: null,
    // As the preset of the application has it begin.
    disabled: null,
    metadata: {},
    rateLimit: null,
    dialect: null,
    params: {},
    retrySchedule: null,
    timeoutSeconds: null,
    batch: null,
    ...endpointPatch(body),
  }
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
      certificate: { ...tls.certificate, validTo: time(tls.certificate.validTo) },
    },
    eventType: message?.eventType ?? null,
    message: message && mockOut(message, secrets),
  }
}

export function pairs(headers: readonly (readonly [string, string])[]): [string, string][] {
  return headers.map(([name, value]) => [name, value])
}
