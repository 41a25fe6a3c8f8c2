/**
 * Which IP addresses may be connected to. Pure functions over bytes: text is parsed here, IPv4 inside IPv6 is unmapped
 * first, and text that cannot be parsed is refused.
 *
 * We have our own code because the available libraries let private addresses through. `net.BlockList` with IPv4 rules
 * catches `::ffff:7f00:1` but not `64:ff9b::7f00:1`, `2002:7f00:1::` or `::127.0.0.1`, and a rule for `::ffff:0:0/96`
 * blocks all of IPv4. The package `ip` was wrong twice (CVE-2023-42282, CVE-2024-29415). A test compares this table with Python's `ipaddress`.
 */

/** Four bytes (IPv4) or sixteen (IPv6 that does not carry a mapped IPv4 address). */
export type AddressBytes = Uint8Array

export interface Cidr {
  readonly text: string
  readonly bytes: AddressBytes
  readonly prefixBits: number
}

/** The refused IPv4 ranges (IANA's special-purpose registry, and Azure's metadata address); everything else is public. */
export const REFUSED_IPV4: readonly (readonly [cidr: string, what: string])[] = [
  ['0.0.0.0/8', 'an address of "this network"'],
  ['10.0.0.0/8', 'a private address'],
  ['100.64.0.0/10', 'a carrier-grade NAT address (Alibaba Cloud keeps its metadata here)'],
  ['127.0.0.0/8', 'a loopback address'],
  ['169.254.0.0/16', 'a link-local address (cloud metadata)'],
  ['172.16.0.0/12', 'a private address'],
  ['192.0.0.0/24', 'an IETF protocol address (Oracle Cloud keeps its metadata here)'],
  ['192.0.2.0/24', 'a documentation address'],
  ['192.31.196.0/24', 'an AS112 address'],
  ['192.52.193.0/24', 'an AMT address'],
  ['192.88.99.0/24', 'a 6to4 relay address'],
  ['192.168.0.0/16', 'a private address'],
  ['192.175.48.0/24', 'an AS112 address'],
  ['198.18.0.0/15', 'a benchmarking address'],
  ['198.51.100.0/24', 'a documentation address'],
  ['203.0.113.0/24', 'a documentation address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['255.255.255.255/32', 'the broadcast address'],
  ['240.0.0.0/4', 'a reserved address'],
  // In public address space, but reachable only from inside an Azure virtual machine.
  ['168.63.129.16/32', 'the Azure wire server (cloud metadata)'],
]

/**
 * The refused IPv6 ranges. Only 2000::/3 can be allowed, so the rows outside of it only name the class for the message.
 * Every form that contains an IPv4 address is refused, because we cannot know which gateway would translate it.
 */
export const REFUSED_IPV6: readonly (readonly [cidr: string, what: string])[] = [
  ['::/128', 'the unspecified address'],
  ['::1/128', 'the loopback address'],
  ['::/96', 'an IPv4-compatible address'],
  ['::ffff:0:0:0/96', 'an IPv4-translated address'],
  ['64:ff9b::/96', 'a NAT64 address'],
  ['64:ff9b:1::/48', 'a local NAT64 address'],
  ['100::/64', 'a discard-only address'],
  ['100:0:0:1::/64', 'a dummy address'],
  ['2001::/23', 'an IETF protocol address (Teredo, ORCHID, benchmarking)'],
  ['2001:db8::/32', 'a documentation address'],
  ['2002::/16', 'a 6to4 address'],
  ['2620:4f:8000::/48', 'an AS112 address'],
  ['3fff::/20', 'a documentation address'],
  ['5f00::/16', 'a segment-routing address'],
  ['fc00::/7', 'a private address (unique local; cloud metadata)'],
  ['fe80::/10', 'a link-local address'],
  ['fec0::/10', 'a site-local address'],
  ['ff00::/8', 'a multicast address'],
]

/** The bytes of an address, with a mapped IPv4 address unmapped; `null` when the text is not an address. */
export function parseAddress(text: string): AddressBytes | null {
  return text.includes(':') ? unmap(parseIpv6(text)) : parseIpv4(text)
}

/** Dotted decimal, four parts, no leading zeros: the form that `URL` and `dns` return. Octal and short forms are refused. */
function parseIpv4(text: string): AddressBytes | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  const bytes = new Uint8Array(4)
  for (const [i, part] of parts.entries()) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part)) return null
    const value = Number(part)
    if (value > 255) return null
    bytes[i] = value
  }
  return bytes
}

/** RFC 4291 text, with an optional IPv4 tail. An address with a zone (`%eth0`) cannot be checked, so it gives `null`. */
function parseIpv6(text: string): AddressBytes | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const head = parseGroups(halves[0]!, halves.length === 1)
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : []
  if (head === null || tail === null) return null
  const zeros = 16 - head.length - tail.length
  // `::` stands for at least one group; without it all eight groups are required.
  if (halves.length === 2 ? zeros < 2 : zeros !== 0) return null
  const bytes = new Uint8Array(16)
  bytes.set(head)
  bytes.set(tail, 16 - tail.length)
  return bytes
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
      continue
    }
    const ipv4 = mayEndInIpv4 && i === groups.length - 1 ? parseIpv4(group) : null
    if (ipv4 === null) return null
    bytes.push(...ipv4)
  }
  return bytes.length <= 16 ? bytes : null
}

const MAPPED_IPV4_PREFIX_BITS = 96

function unmap(bytes: AddressBytes | null): AddressBytes | null {
  return bytes !== null && isMappedIpv4(bytes) ? bytes.slice(12) : bytes
}

function isMappedIpv4(bytes: AddressBytes): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
}

/**
 * Reads `10.0.0.0/8`, `fd00::/8` or a bare address (one host).
 * Throws a `RangeError` whose message says what is wrong, because this is an operator's setting that is read at start.
 */
export function parseCidr(text: string): Cidr {
  const slash = text.indexOf('/')
  const address = slash === -1 ? text : text.slice(0, slash)
  const written = address.includes(':') ? parseIpv6(address) : parseIpv4(address)
  if (written === null) {
    throw new RangeError(`"${text}" is not a CIDR: write an IP address and a prefix, such as 10.0.0.0/8 or fd00::/8`)
  }
  const widthBits = written.length * 8
  const prefix = slash === -1 ? String(widthBits) : text.slice(slash + 1)
  const prefixBits = /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (!(prefixBits <= widthBits)) {
    throw new RangeError(`"${text}" is not a CIDR: the part after "/" has to be a number from 0 to ${widthBits}`)
  }
  if (hasBitsAfter(written, prefixBits)) {
    throw new RangeError(
      `"${text}" has bits set after its prefix: write ${address}/${widthBits} for this one address, ` +
        `or set those bits to zero for the whole range`,
    )
  }
  if (written.length === 16 && isMappedIpv4(written) && prefixBits >= MAPPED_IPV4_PREFIX_BITS) {
    return { text, bytes: written.slice(12), prefixBits: prefixBits - MAPPED_IPV4_PREFIX_BITS }
  }
  return { text, bytes: written, prefixBits }
}

/** Reads the value of `POSTHORN_ALLOW_PRIVATE`: CIDRs separated by commas; an empty text gives none. */
export function parseCidrList(text: string): Cidr[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseCidr)
}

function hasBitsAfter(bytes: AddressBytes, prefixBits: number): boolean {
  return bytes.some((byte, i) => (byte & ~maskOf(prefixBits - i * 8) & 0xff) !== 0)
}

/** The mask of one byte whose first `bits` bits belong to the prefix. */
function maskOf(bits: number): number {
  return bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff
}

export function cidrContains(cidr: Cidr, address: AddressBytes): boolean {
  if (cidr.bytes.length !== address.length) return false
  for (let i = 0; i * 8 < cidr.prefixBits; i++) {
    if (((cidr.bytes[i]! ^ address[i]!) & maskOf(cidr.prefixBits - i * 8)) !== 0) return false
  }
  return true
}

const compile = (rows: typeof REFUSED_IPV4) => rows.map(([cidr, what]) => ({ cidr: parseCidr(cidr), what }))
const refusedIpv4 = compile(REFUSED_IPV4)
const refusedIpv6 = compile(REFUSED_IPV6)
const globalUnicast = parseCidr('2000::/3')

/** Why this address is refused ("a loopback address"), or `null` when it is public. */
export function refusedClass(address: AddressBytes): string | null {
  if (address.length === 4) return refusedIpv4.find((row) => cidrContains(row.cidr, address))?.what ?? null
  const row = refusedIpv6.find(({ cidr }) => cidrContains(cidr, address))
  if (row !== undefined) return row.what
  if (isIsatap(address)) return 'an ISATAP address'
  return cidrContains(globalUnicast, address) ? null : 'outside the range of public addresses (2000::/3)'
}

/** RFC 5214: the interface id is 0000:5efe or 0200:5efe, followed by an IPv4 address. */
function isIsatap(address: AddressBytes): boolean {
  return (
    (address[8] === 0x00 || address[8] === 0x02) && address[9] === 0x00 && address[10] === 0x5e && address[11] === 0xfe
  )
}
