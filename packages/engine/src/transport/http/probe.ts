/**
 * A look at an endpoint before the first message: a `HEAD` request that goes exactly the way of a delivery, with somebody
 * watching. It has pools of its own, so that the connection is a new one, waits in no line, and resumes no TLS session of a
 * certificate that has been replaced since.
 */
import type tls from 'node:tls'
import type { Outcome, Probe, ProbedTls, ProbeStep, ProbeStepName, TransportRequest } from '../transport.ts'
import { describeTls } from './certificate.ts'
import { describePeer, type DialContext, type DialWatch } from './dial.ts'
import { Exchange, type ExchangeContext } from './exchange.ts'
import type { Guard, Target } from './guard.ts'
import { Pools } from './pools.ts'
import { printable } from './printable.ts'
import type { Resolver } from './resolve.ts'

const STEPS: readonly ProbeStepName[] = ['address', 'dns', 'connect', 'tls', 'redirect']
/** As many as there are addresses that an exchange tries. */
const MAX_POOLS = 3
const MAX_ADDRESSES_SHOWN = 8
/** Renewals fail in silence; this is when people still have time. */
const SOON_DAYS = 14

/** A probe that ends where it has just arrived; the steps before were passed. */
export function stoppedAt(step: ProbeStepName, message: string): Probe {
  return { steps: completed([{ step, ok: false, message, durationMs: null }]), remoteAddress: null, tls: null }
}

export async function runProbe(
  context: ExchangeContext,
  dialContext: DialContext,
  target: Target,
  timeoutMs: number,
): Promise<Probe> {
  const watch = new Watch()
  const pools = new Pools({ ...dialContext, watch }, MAX_POOLS, 1)
  const resolver = watch.resolver(context.resolver)
  const guard = watch.guard(context.guard)
  const request: TransportRequest = { method: 'HEAD', url: target.href, headers: [], body: null, timeoutMs }
  const exchange = new Exchange({ ...context, guard, resolver, pools }, request, target)
  exchange.start()
  const outcome = await exchange.outcome
  pools.close()
  return { steps: completed(stepsOf(target, outcome, watch)), remoteAddress: watch.remoteAddress, tls: watch.tls }
}

/** How far it has got, and since when. */
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

  /** The same answers, and the hour. What is remembered comes at once, but it comes through `resolve` too. */
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
      admit: (target, answers) => {
        const admission = guard.admit(target, answers)
        if (admission.ok) this.addresses = admission.addresses
        return admission
      },
    }
  }
}

function stepsOf(target: Target, outcome: Outcome, watch: Watch): ProbeStep[] {
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
    const message = outcome.kind !== 'unknown' ? 'the connection ended unexpectedly: ask again' : outcome.error.message
    return [...steps, { step, ok: false, message, durationMs: between(sinceMs, endedAtMs) }]
  }

  passed('address', `webhooks may be sent to ${target.host}, port ${target.port}`, null)

  if (target.literal !== null) skipped('dns', 'the URL has an address and no name: there is nothing to look up')
  else if (watch.addresses === null) return failed('dns', startedAtMs)
  else passed('dns', resolvedMessage(target, watch.addresses), between(startedAtMs, resolvedAtMs))

  if (tcpAtMs === null) return failed('connect', dialledAtMs ?? resolvedAtMs ?? startedAtMs)
  const peer = describePeer(target, watch.remoteAddress ?? target.host)
  passed('connect', `${peer} accepts connections`, between(dialledAtMs, tcpAtMs))

  if (!target.secure) skipped('tls', 'the URL begins with http:, so what is sent can be read on the way: use https:')
  else if (tlsAtMs === null) return failed('tls', tcpAtMs)
  else passed('tls', tlsMessage(watch.tls), between(tcpAtMs, tlsAtMs))

  const durationMs = between(tlsAtMs ?? tcpAtMs, endedAtMs)
  return [...steps, { step: 'redirect', ...redirect(target, outcome), durationMs }]
}

function resolvedMessage({ host }: Target, addresses: readonly string[]): string {
  const shown = addresses.slice(0, MAX_ADDRESSES_SHOWN).join(', ')
  const more = addresses.length > MAX_ADDRESSES_SHOWN ? ` and ${addresses.length - MAX_ADDRESSES_SHOWN} more` : ''
  return `${host} resolves to ${shown}${more}, which may be sent to`
}

function tlsMessage(found: ProbedTls | null): string {
  if (found === null) return 'the connection is encrypted, and the certificate is valid'
  const { protocol, certificate } = found
  const left = `${certificate.daysLeft} ${certificate.daysLeft === 1 ? 'day' : 'days'}`
  const valid = `${protocol}, with a certificate that is valid for ${left}`
  return certificate.daysLeft < SOON_DAYS ? `${valid} only: renew it before deliveries fail` : valid
}

/** Receivers of webhooks need not know `HEAD`, so nothing but a redirect is held against them. */
function redirect(target: Target, outcome: Outcome): Pick<ProbeStep, 'ok' | 'message'> {
  if (outcome.kind === 'unknown') {
    const message = `whether it redirects could not be found out, because HEAD was not answered (${outcome.error.code}); deliveries do not use HEAD`
    return { ok: null, message }
  }
  const { code: status, headers } = outcome.response
  if (status < 300 || status > 399) return { ok: true, message: `no redirect: HEAD was answered with ${status}` }
  const location = headers.find(([name]) => name === 'location')?.[1]
  const remedy = location === undefined ? 'let the receiver answer itself' : `use ${shownLocation(location, target)}`
  return { ok: false, message: `HEAD was answered with ${status}, and deliveries do not follow redirects: ${remedy}` }
}

/** As an absolute URL without credentials where it is one. */
function shownLocation(location: string, target: Target): string {
  const url = URL.parse(location, target.href)
  if (url === null) return printable(location)
  url.username = ''
  url.password = ''
  return printable(url.href)
}

/** All five: what came after the one that failed was not reached. */
function completed(steps: readonly ProbeStep[]): ProbeStep[] {
  const last = steps.at(-1)!.step
  const after = STEPS.slice(STEPS.indexOf(last) + 1)
  const notReached = (step: ProbeStepName): ProbeStep => ({
    step,
    ok: null,
    message: `not tried, because the step "${last}" did not succeed`,
    durationMs: null,
  })
  return [...steps, ...after.map(notReached)]
}

function between(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : Math.round(Math.max(0, toMs - fromMs) * 1000) / 1000
}
