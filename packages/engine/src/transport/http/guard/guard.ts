/**
 * Which addresses may be sent to. There are three checks: the URL as typed (`checkUrl`), every address that DNS returns
 * (`admit`), and the peer of the connected socket before a byte is written (`refusedPeer`). One check alone can be
 * bypassed: a check of DNS answers, for example, does not run for an IP literal. The third check covers what the first
 * two miss.
 */
import { sentUrl } from '@posthorn/wire'
import { type Cidr, cidrContains, parseAddress, refusedClass } from './address.ts'
import { refusedPort } from './ports.ts'

/** A URL after parsing. Immutable, so all requests to the same URL share one object. */
export interface ParsedUrl {
  /** What is stored, logged and sent: the URL as it was written, with scheme and host in lower case. */
  readonly href: string
  readonly secure: boolean
  /** Name or IP literal, without brackets, in lower case. */
  readonly host: string
  /** `host` when it is an IP literal, or `null` when it is a name. */
  readonly literal: string | null
  readonly port: number
  /** `https://name:8443`; the Host header follows from it. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  /** Why the port or name is refused, unless the host's addresses are in the operator's allowed ranges. */
  readonly refusedUnlessAllowed: string | null
}

export type UrlCheck = { readonly ok: true; readonly url: ParsedUrl } | { readonly ok: false; readonly message: string }

type Admission =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly message: string }

export interface Guard {
  /** Check 1: everything that can be checked without the network. */
  checkUrl(url: string): UrlCheck
  /** Check 2: the addresses to connect to. One refused address refuses the name, because its owner controls all of them. */
  admit(url: ParsedUrl, answers: readonly string[]): Admission
  /** Check 3: a sentence when the connected peer is refused, or `null` when it is allowed. */
  refusedPeer(remoteAddress: string | undefined): string | null
}

/** Names that exist only inside a network (RFC 6761, 6762, 8375; ICANN reserved `.internal`). */
const INSIDE_SUFFIXES = ['localhost', 'local', 'internal', 'home.arpa']

export function createGuard({ allow }: { allow: readonly Cidr[] }): Guard {
  const isAllowed = (address: string): boolean => {
    const bytes = parseAddress(address)
    return bytes !== null && allow.some((cidr) => cidrContains(cidr, bytes))
  }

  /** Why an address is refused ("a loopback address"), or `null` when it is allowed. */
  const refusedAs = (address: string): string | null => {
    const bytes = parseAddress(address)
    if (bytes === null) return 'not a valid IP address'
    return allow.some((cidr) => cidrContains(cidr, bytes)) ? null : refusedClass(bytes)
  }

  const checkUrl = (url: string): UrlCheck => {
    const sent = sentUrl(url)
    if (!sent.ok) return sent
    const { url: parsed, target } = sent
    const secure = parsed.protocol === 'https:'
    const host = parsed.hostname.startsWith('[') ? parsed.hostname.slice(1, -1) : parsed.hostname
    const literal = isLiteral(host) ? host : null
    const port = parsed.port === '' ? (secure ? 443 : 80) : Number(parsed.port)
    if (port === 0) return refuse('port 0 cannot be connected to: use 80, 443 or a port from 1024 up')
    const refusedUnlessAllowed = (literal === null ? refusedName(host) : null) ?? refusedPort(port)

    if (literal !== null) {
      const what = refusedAs(literal)
      if (what !== null) return refuse(`${literal} is ${what}, and endpoints have to be public`)
      if (refusedUnlessAllowed !== null && !isAllowed(literal)) return refuse(refusedUnlessAllowed)
    } else if (refusedUnlessAllowed !== null && allow.length === 0) {
      return refuse(refusedUnlessAllowed)
    }
    return {
      ok: true,
      url: {
        href: parsed.href,
        secure,
        host,
        literal,
        port,
        origin: parsed.origin,
        path: target,
        refusedUnlessAllowed,
      },
    }
  }

  const admit = (url: ParsedUrl, answers: readonly string[]): Admission => {
    // `localhost` always resolves to 127.0.0.1 and ::1, and no attacker chooses these. An operator who allows only
    // 127.0.0.0/8 expects `localhost` to work, so here one allowed address is enough.
    const chosen = isLocalhost(url.host) ? answers.filter(isAllowed) : answers
    const considered = chosen.length === 0 ? answers : chosen
    for (const address of considered) {
      const what = refusedAs(address)
      if (what !== null) {
        return refuse(`${url.host} resolves to ${address}, which is ${what}, and endpoints have to be public`)
      }
    }
    if (url.refusedUnlessAllowed !== null && !considered.every(isAllowed)) return refuse(url.refusedUnlessAllowed)
    return { ok: true, addresses: considered }
  }

  const refusedPeer = (remoteAddress: string | undefined): string | null => {
    const what = refusedAs(remoteAddress ?? '')
    return what === null
      ? null
      : `the connection reached ${remoteAddress ?? 'an unknown address'}, which is ${what}, and endpoints have to be public`
  }

  return { checkUrl, admit, refusedPeer }
}

/** True for `localhost` and names below it. RFC 6761: they are loopback and are never looked up in DNS. */
export function isLocalhost(host: string): boolean {
  const name = withoutRootDot(host)
  return name === 'localhost' || name.endsWith('.localhost')
}

/** `example.com.` (the fully qualified form) becomes `example.com`. */
export function withoutRootDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host
}

function refusedName(host: string): string | null {
  const name = withoutRootDot(host)
  const suffix = INSIDE_SUFFIXES.find((candidate) => name === candidate || name.endsWith(`.${candidate}`))
  if (suffix !== undefined) return `names under ".${suffix}" exist only inside a network: use a public name`
  return name.includes('.')
    ? null
    : `"${host}" is a name without a domain: use a full public name such as hooks.example.com`
}

/** An IPv6 or dotted IPv4 address. Every other spelling (`0x7f.1`, `2130706433`) was refused as one that would be changed. */
function isLiteral(host: string): boolean {
  return host.includes(':') || /^[0-9.]+$/.test(host)
}

const refuse = (message: string) => ({ ok: false, message }) as const
