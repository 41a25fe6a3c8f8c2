/**
 * Checks an endpoint before the first message: sends a `HEAD` request through the same code as a delivery and records each
 * step. It has its own pools, so the connection is new, does not wait for a free one, and does not resume a TLS session (which
 * would hide that the certificate was replaced).
 */
import type tls from 'node:tls'
import type { Outcome, Probe, ProbedTls, ProbeStep, ProbeStepName, TransportRequest } from '../../transport.ts'
import { describeTls } from './certificate.ts'
import { describePeer, type DialContext, type DialWatch } from '../connections/dial.ts'
import { Exchange, type ExchangeContext } from '../exchange.ts'
import type { Guard, ParsedUrl } from '../guard/guard.ts'
import { Pools } from '../connections/pools.ts'
import { printable } from './printable.ts'
import type { Resolver } from '../dns/resolve.ts'

const STEPS: readonly ProbeStepName[] = ['address', 'dns', 'connect', 'tls', 'redirect']
/** One for each address that an exchange tries. */
const MAX_POOLS = 3
const MAX_ADDRESSES_SHOWN = 8
/** Warns this early, because an automatic renewal can fail unnoticed. */
const SOON_DAYS = 14

/** A probe that fails at this step. */
export function stoppedAt(step: ProbeStepName, message: string): Probe {
  return { steps: completed([{ step, ok: false, message, durationMs: null }]), remoteAddress: null, tls: null }
}

export async function runProbe(
  context: ExchangeContext,
  dialContext: DialContext,
  url: ParsedUrl,
  timeoutMs: number,
): Promise<Probe> {
  const watch = new Watch()
  const pools = new Pools(
    { ...dialContext, watch },
    { maxPools: MAX_POOLS, connectionsPerPool: 1, maxConnections: MAX_POOLS },
  )
  const resolver = watch.resolver(context.resolver)
  const guard = watch.guard(context.guard)
  const request: TransportRequest = { method: 'HEAD', url: url.href, headers: [], body: null, timeoutMs }
  const exchange = new Exchange({ ...context, guard, resolver, pools }, request, url)
  exchange.start()
  const outcome = await exchange.outcome
  pools.close()
  return { steps: completed(stepsOf(url, outcome, watch)), remoteAddress: watch.remoteAddress, tls: watch.tls }
}

/** Records which steps were reached, and when. */
class Watch implements DialWatch {
  addresses: readonly string[] | null = null
  remoteAddress: string | null = null
  tls: ProbedTls | null = null
  readonly startedAtMs = performance.now()
  resolvedAtMs: number | null = null
  dialledAtMs: number | null = null
  tcpAtMs: number | null = null
  tlsAtMs: number | null = null

  onDial(): void {
    this.dialledAtMs = performance.now()
    this.remoteAddress = null
    this.tcpAtMs = null
  }

  onTcp(remoteAddress: string): void {
    this.tcpAtMs = performance.now()
    this.remoteAddress = remoteAddress
  }

  onTls(socket: tls.TLSSocket): void {
    this.tlsAtMs = performance.now()
    this.tls = describeTls(socket)
  }

  /** Returns the same resolutions and records the time. `cached` is empty, so that cached names go through `resolve` too. */
  resolver(resolver: Resolver): Resolver {
    return {
      ...resolver,
      cached: () => undefined,
      resolve: async (name) => {
        const resolution = await resolver.resolve(name)
        this.resolvedAtMs = performance.now()
        return resolution
      },
    }
  }

  guard(guard: Guard): Guard {
    return {
      ...guard,
      admit: (url, answers) => {
        const admission = guard.admit(url, answers)
        if (admission.ok) this.addresses = admission.addresses
        return admission
      },
    }
  }
}

function stepsOf(url: ParsedUrl, outcome: Outcome, watch: Watch): ProbeStep[] {
  const { startedAtMs, resolvedAtMs, dialledAtMs, tcpAtMs, tlsAtMs } = watch
  const endedAtMs = startedAtMs + outcome.timings.totalMs
  const steps: ProbeStep[] = []
  const passed = (step: ProbeStepName, message: string, durationMs: number | null): void => {
    steps.push({ step, ok: true, message, durationMs })
  }
  const skipped = (step: ProbeStepName, message: string): void => {
    steps.push({ step, ok: null, message, durationMs: null })
  }
  const failed = (step: ProbeStepName, sinceMs: number): ProbeStep[] => {
    const message = outcome.kind !== 'unknown' ? 'the connection closed unexpectedly: try again' : outcome.error.message
    return [...steps, { step, ok: false, message, durationMs: between(sinceMs, endedAtMs) }]
  }

  passed('address', `webhooks may be sent to ${url.host}, port ${url.port}`, null)

  if (url.literal !== null) skipped('dns', 'the URL has an IP address instead of a name: there is nothing to look up')
  else if (watch.addresses === null) return failed('dns', startedAtMs)
  else passed('dns', resolvedMessage(url, watch.addresses), between(startedAtMs, resolvedAtMs))

  if (tcpAtMs === null) return failed('connect', dialledAtMs ?? resolvedAtMs ?? startedAtMs)
  const peer = describePeer(url, watch.remoteAddress ?? url.host)
  passed('connect', `${peer} accepts connections`, between(dialledAtMs, tcpAtMs))

  if (!url.secure) skipped('tls', 'the URL begins with http:, so requests are not encrypted: use https:')
  else if (tlsAtMs === null) return failed('tls', tcpAtMs)
  else passed('tls', tlsMessage(watch.tls), between(tcpAtMs, tlsAtMs))

  const durationMs = between(tlsAtMs ?? tcpAtMs, endedAtMs)
  return [...steps, { step: 'redirect', ...redirect(url, outcome), durationMs }]
}

function resolvedMessage({ host }: ParsedUrl, addresses: readonly string[]): string {
  const shown = addresses.slice(0, MAX_ADDRESSES_SHOWN).join(', ')
  const more = addresses.length > MAX_ADDRESSES_SHOWN ? ` and ${addresses.length - MAX_ADDRESSES_SHOWN} more` : ''
  return `${host} resolves to ${shown}${more}, and webhooks may be sent there`
}

function tlsMessage(found: ProbedTls | null): string {
  if (found === null) return 'the connection is encrypted, and the certificate is valid'
  const { protocol, certificate } = found
  const left = `${certificate.daysLeft} ${certificate.daysLeft === 1 ? 'day' : 'days'}`
  const valid = `${protocol}, with a certificate that is valid for ${left}`
  return certificate.daysLeft < SOON_DAYS ? `${valid} only: renew it before deliveries fail` : valid
}

/** Receivers of webhooks do not have to support `HEAD`, so only a redirect counts as a failure. */
function redirect(url: ParsedUrl, outcome: Outcome): Pick<ProbeStep, 'ok' | 'message'> {
  if (outcome.kind === 'unknown') {
    const message = `HEAD was not answered (${outcome.error.code}), so redirects could not be checked; deliveries do not use HEAD`
    return { ok: null, message }
  }
  const { code: status, headers } = outcome.response
  if (status < 300 || status > 399) return { ok: true, message: `no redirect: HEAD was answered with ${status}` }
  const location = headers.find(([name]) => name === 'location')?.[1]
  const remedy =
    location === undefined ? 'the receiver has to answer without redirecting' : `use ${shownLocation(location, url)}`
  return { ok: false, message: `HEAD was answered with ${status}, and deliveries do not follow redirects: ${remedy}` }
}

/** As an absolute URL without credentials, if it can be parsed. */
function shownLocation(location: string, url: ParsedUrl): string {
  const absolute = URL.parse(location, url.href)
  if (absolute === null) return printable(location)
  absolute.username = ''
  absolute.password = ''
  return printable(absolute.href)
}

/** Adds the steps that were not reached, so that there are always five. */
function completed(steps: readonly ProbeStep[]): ProbeStep[] {
  const last = steps.at(-1)!.step
  const after = STEPS.slice(STEPS.indexOf(last) + 1)
  const notReached = (step: ProbeStepName): ProbeStep => ({
    step,
    ok: null,
    message: `not tried, because the step "${last}" failed`,
    durationMs: null,
  })
  return [...steps, ...after.map(notReached)]
}

function between(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : Math.round(Math.max(0, toMs - fromMs) * 1000) / 1000
}
