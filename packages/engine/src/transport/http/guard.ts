/**
 * Who may be sent to. Three walls, because each has been seen to fall alone: the address as typed (`check`), every answer
 * of DNS (`admit`), and the peer of the connected socket before a byte is written (`refusedPeer`). The second is not
 * enough: a `lookup` hook is never called for an IP literal. The third catches what the first two have not thought of.
 *
 * The URL is parsed once, by `URL`, and only its fields are used afterwards: two parsers that disagree about
 * `http://a@b\@c` are how such guards are passed.
 */
import { type Cidr, cidrContains, parseAddress, refusedClass } from './address.ts'
import { refusedPort } from './ports.ts'

/** A URL that has been read. Immutable, so one object serves every request to the same URL. */
export interface Target {
  /** Canonical: what is stored, logged and sent. */
  readonly href: string
  readonly secure: boolean
  /** Name or literal, without brackets, as the URL parser left it (lower case, punycode). */
  readonly host: string
  /** The literal's address, or `null` when `host` is a name. */
  readonly literal: string | null
  readonly port: number
  /** `https://name:8443`: what undici derives the Host header from. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
  /** What is wrong with the port or name, unless the host turns out to be in the operator's ranges. */
  readonly refusedUnlessAllowed: string | null
}

export type Read = { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly message: string }

type Admission =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly message: string }

export interface Guard {
  /** Wall 1: everything that can be said about a URL without the network. */
  read(url: string): Read
  /** Wall 2: addresses to dial, in order. One refused answer refuses the name: an attacker controls all of them. */
  admit(target: Target, answers: readonly string[]): Admission
  /** Wall 3: a sentence when the connected peer is none that may be talked to. */
  refusedPeer(remoteAddress: string | undefined): string | null
}

/** Names that resolve inside a network, never outside (RFC 6761, 6762, 8375; `.internal` is ICANN's). */
const INSIDE_SUFFIXES = ['localhost', 'local', 'internal', 'home.arpa']

export function createGuard({ allow }: { allow: readonly Cidr[] }): Guard {
  const isAllowed = (address: string): boolean => {
    const bytes = parseAddress(address)
    return bytes !== null && allow.some((cidr) => cidrContains(cidr, bytes))
  }

  /** What an address is that may not be dialled ("a loopback address"), or `null` when it may. */
  const refusedAs = (address: string): string | null => {
    const bytes = parseAddress(address)
    if (bytes === null) return 'not an IP address that can be read'
    return allow.some((cidr) => cidrContains(cidr, bytes)) ? null : refusedClass(bytes)
  }

  const read = (url: string): Read => {
    const parsed = URL.parse(url)
    if (parsed === null) return refuse(`"${shorten(url)}" is not a URL: write it like https://example.com/webhooks`)
    const secure = parsed.protocol === 'https:'
    if (!secure && parsed.protocol !== 'http:') {
      return refuse(`"${parsed.protocol}" is not a scheme for webhooks: use https: or http:`)
    }
    if (parsed.hostname === '') return refuse('the URL has no host')
    if (parsed.username !== '' || parsed.password !== '') {
      return refuse('the URL carries a user name or password: put credentials into a header instead')
    }
    // `hash` is empty for a lone "#", the canonical form is not.
    if (parsed.href.includes('#')) return refuse('the URL has a fragment ("#..."), which is never sent: remove it')

    const host = parsed.hostname.startsWith('[') ? parsed.hostname.slice(1, -1) : parsed.hostname
    const literal = isLiteral(host) ? host : null
    const port = parsed.port === '' ? (secure ? 443 : 80) : Number(parsed.port)
    if (port === 0) return refuse('port 0 cannot be connected to')
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
      target: {
        href: parsed.href,
        secure,
        host,
        literal,
        port,
        origin: parsed.origin,
        path: parsed.pathname + parsed.search,
        refusedUnlessAllowed,
      },
    }
  }

  const admit = (target: Target, answers: readonly string[]): Admission => {
    // Both loopback addresses stand for `localhost`, and nobody outside chooses them: an operator who allows only
    // 127.0.0.0/8 means that `localhost` works.
    const chosen = isLocalhost(target.host) ? answers.filter(isAllowed) : answers
    const considered = chosen.length === 0 ? answers : chosen
    for (const address of considered) {
      const what = refusedAs(address)
      if (what !== null) {
        return refuse(`${target.host} resolves to ${address}, which is ${what}, and endpoints have to be public`)
      }
    }
    if (target.refusedUnlessAllowed !== null && !considered.every(isAllowed)) return refuse(target.refusedUnlessAllowed)
    return { ok: true, addresses: considered }
  }

  const refusedPeer = (remoteAddress: string | undefined): string | null => {
    const what = refusedAs(remoteAddress ?? '')
    return what === null
      ? null
      : `the connection ended up at ${remoteAddress ?? 'an unknown address'}, which is ${what}`
  }

  return { read, admit, refusedPeer }
}

/** True for `localhost` and everything below it: RFC 6761 says that they are loopback and never asked of DNS. */
export function isLocalhost(host: string): boolean {
  const name = withoutRootDot(host)
  return name === 'localhost' || name.endsWith('.localhost')
}

/** `example.com.` is `example.com` said absolutely. */
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

/** What `URL` leaves as an address: it has already folded every other spelling (`0x7f.1`, `2130706433`) into these two. */
function isLiteral(host: string): boolean {
  return host.includes(':') || /^[0-9.]+$/.test(host)
}

const refuse = (message: string) => ({ ok: false, message }) as const

const shorten = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text)
