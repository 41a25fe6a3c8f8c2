import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cidrContains,
  parseAddress,
  parseCidr,
  parseCidrList,
  refusedClass,
  REFUSED_IPV4,
  REFUSED_IPV6,
} from './address.ts'
import { missing, runs } from '../testing/tools.ts'

const classOf = (text: string): string | null => {
  const bytes = parseAddress(text)
  return bytes === null ? 'unreadable' : refusedClass(bytes)
}

describe('reading an address', () => {
  test.each([
    ['1.2.3.4', [1, 2, 3, 4]],
    ['::ffff:1.2.3.4', [1, 2, 3, 4]],
    ['::FFFF:102:304', [1, 2, 3, 4]],
    ['0:0:0:0:0:ffff:0102:0304', [1, 2, 3, 4]],
    ['2001:db8::1', [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['2606::8:8.8.8.8', [0x26, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8]],
    ['1:2:3:4:5:6:7::', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0]],
  ])('%s', (text, bytes) => {
    expect([...(parseAddress(text) ?? [])]).toEqual(bytes)
  })

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '0x1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.-4',
    '1..2.3',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1%lo',
    '[::1]',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '::1.2.3.400',
  ])('"%s" is refused as unreadable', (text) => {
    expect(parseAddress(text)).toBeNull()
  })

  test('never throws, whatever the text', () => {
    const soup = fc.stringMatching(/^[0-9a-fx.:%/[\] ]*$/)
    fc.assert(fc.property(fc.oneof(fc.string(), soup, fc.ipV6(), fc.ipV4()), (text) => void parseAddress(text)))
  })
})

describe('every refused range, at its edges', () => {
  /** Ranges can be adjacent or nested, so the address next to one range may be refused because of another. */
  const isRefusedBySomeRow = (bytes: Uint8Array): boolean =>
    [...REFUSED_IPV4, ...REFUSED_IPV6].some(([cidr]) => cidrContains(parseCidr(cidr), bytes))

  test.each([...REFUSED_IPV4, ...REFUSED_IPV6])('%s is %s', (text) => {
    const { first, last, below, above } = edgesOf(text)
    expect(refusedClass(first)).not.toBeNull()
    expect(refusedClass(last)).not.toBeNull()
    for (const neighbour of [below, above]) {
      if (neighbour === null || isRefusedBySomeRow(neighbour)) continue
      const isInPublicSpace = neighbour.length === 4 || neighbour[0]! >> 5 === 1
      expect(refusedClass(neighbour) === null, `the neighbour ${neighbour.join('.')} of ${text}`).toBe(isInPublicSpace)
    }
  })

  test.each([
    ['9.255.255.255', null],
    ['11.0.0.0', null],
    ['100.63.255.255', null],
    ['100.128.0.0', null],
    ['169.253.255.255', null],
    ['169.255.0.0', null],
    ['172.15.255.255', null],
    ['172.32.0.0', null],
    ['192.0.1.0', null],
    ['198.17.255.255', null],
    ['198.20.0.0', null],
    ['223.255.255.255', null],
    ['168.63.129.15', null],
    ['168.63.129.17', null],
    ['2001:200::', null],
    ['2000::', null],
    ['2003::', null],
    ['3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null],
    ['3fff:1000::', null],
    ['2606:4700::1111', null],
    ['169.254.169.254', 'a link-local address (cloud metadata)'],
    ['100.100.100.200', 'a carrier-grade NAT address (Alibaba Cloud keeps its metadata here)'],
    ['168.63.129.16', 'the Azure wire server (cloud metadata)'],
    ['255.255.255.255', 'the broadcast address'],
    ['::', 'the unspecified address'],
    ['::1', 'the loopback address'],
    ['::127.0.0.1', 'an IPv4-compatible address'],
    ['::ffff:127.0.0.1', 'a loopback address'],
    ['::ffff:0:127.0.0.1', 'an IPv4-translated address'],
    ['64:ff9b::7f00:1', 'a NAT64 address'],
    ['64:ff9b:1::1', 'a local NAT64 address'],
    ['2002:7f00:1::', 'a 6to4 address'],
    ['fd00:ec2::254', 'a private address (unique local; cloud metadata)'],
    ['fd20:ce::254', 'a private address (unique local; cloud metadata)'],
    ['2606:4700::5efe:10.0.0.1', 'an ISATAP address'],
    ['2606:4700::200:5efe:8.8.8.8', 'an ISATAP address'],
    ['4000::', 'outside the range of public addresses (2000::/3)'],
    ['1fff:ffff::', 'outside the range of public addresses (2000::/3)'],
  ])('%s: %s', (text, expected) => {
    expect(classOf(text)).toBe(expected)
  })
})

describe('an operator lists ranges', () => {
  test('commas, white space, bare addresses, mapped IPv4', () => {
    const list = parseCidrList(' 10.0.0.0/8, ::1 ,,fd00::/8,192.168.1.7,::ffff:172.16.0.0/108 ')
    const contains = (address: string) => list.some((cidr) => cidrContains(cidr, parseAddress(address)!))
    expect(['10.255.0.1', '::1', 'fdff::1', '192.168.1.7', '172.31.255.255'].map(contains)).toEqual(Array(5).fill(true))
    expect(['11.0.0.0', '::2', 'fe00::', '192.168.1.8', '172.32.0.0'].map(contains)).toEqual(Array(5).fill(false))
    expect(parseCidrList('  ')).toEqual([])
  })

  test.each([
    ['10.0.0.0/33', 'a number from 0 to 32'],
    ['::/129', 'a number from 0 to 128'],
    ['10.0.0.0/', 'a number from 0 to 32'],
    ['10.0.0.0/-1', 'a number from 0 to 32'],
    ['10.0.0.0/8/8', 'a number from 0 to 32'],
    ['10.0.0/8', 'write an IP address and a prefix'],
    ['localhost', 'write an IP address and a prefix'],
    ['10.0.0.1/8', 'write 10.0.0.1/32 for this one address'],
  ])('%s is an error that explains: %s', (text, explanation) => {
    expect(() => parseCidrList(text)).toThrow(explanation)
  })
})

const python = runs('python3', '--version')
describe.skipIf(!python)(`compared with Python's ipaddress${missing('python3', python)}`, () => {
  /** Where we are stricter than `is_global`, and why. We must not be more lenient anywhere. */
  const STRICTER: readonly (readonly [cidr: string, why: string])[] = [
    ['192.0.0.0/24', 'it has two global anycast addresses, and the metadata address of Oracle Cloud'],
    ['192.31.196.0/24', 'AS112: no receiver has such an address'],
    ['192.52.193.0/24', 'AMT: no receiver has such an address'],
    ['192.88.99.0/24', 'deprecated 6to4 relays'],
    ['192.175.48.0/24', 'AS112'],
    ['168.63.129.16/32', 'the Azure wire server'],
    ['224.0.0.0/4', 'multicast'],
    ['2001::/23', 'its global parts are anycast services and identifiers'],
    ['2002::/16', '6to4 wraps any IPv4 address'],
    ['2620:4f:8000::/48', 'AS112'],
    ['3fff::/20', 'documentation since RFC 9637, which older Python versions do not know'],
    ['::/3', 'only 2000::/3 is public'],
    ['4000::/2', 'only 2000::/3 is public'],
    ['8000::/1', 'only 2000::/3 is public'],
  ]

  test('20 000 random addresses and every edge', () => {
    const edges = [...REFUSED_IPV4, ...REFUSED_IPV6, ...STRICTER].flatMap(([cidr]) => {
      const { first, last, below, above } = edgesOf(cidr)
      return [first, last, below, above].filter((address) => address !== null)
    })
    const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
    const publicIpv6 = bytes(16).map((address) => address.with(0, 0x20 | (address[0]! & 0x1f)))
    const random = [bytes(4), bytes(16), publicIpv6].flatMap((arbitrary) => fc.sample(arbitrary, 7_000))
    const addresses = [...edges, ...random].map(write)
    const verdicts = isGlobalInPython(addresses)

    const stricter = STRICTER.map(([cidr]) => parseCidr(cidr))
    const disagreements = addresses.filter((address, i) => {
      const parsed = parseAddress(address)!
      const isPublic = refusedClass(parsed) === null
      if (isPublic === verdicts[i]) return false
      const isExplained =
        stricter.some((cidr) => cidrContains(cidr, parsed)) || classOf(address) === 'an ISATAP address'
      return isPublic || !isExplained
    })
    expect(addresses.length).toBeGreaterThan(20_000)
    expect(disagreements).toEqual([])
  })
})

function isGlobalInPython(addresses: readonly string[]): boolean[] {
  const script = `
import sys, ipaddress
for line in sys.stdin:
    a = ipaddress.ip_address(line.strip())
    a = getattr(a, 'ipv4_mapped', None) or a
    print(int(a.is_global))`
  const { stdout, status, stderr } = spawnSync('python3', ['-c', script], {
    input: addresses.join('\n'),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`python3 failed: ${stderr}`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => line === '1')
}

/** All groups are written out, so that the test does not depend on the short form of zeros. */
function write(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  return Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16)).join(':')
}

function edgesOf(text: string) {
  const { bytes, prefixBits } = parseCidr(text)
  const widthBits = bytes.length * 8
  const first = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)
  const last = first + (1n << BigInt(widthBits - prefixBits)) - 1n
  const toBytes = (number: bigint) =>
    Uint8Array.from({ length: bytes.length }, (_, i) => Number((number >> BigInt(8 * (bytes.length - 1 - i))) & 0xffn))
  return {
    first: toBytes(first),
    last: toBytes(last),
    below: first === 0n ? null : toBytes(first - 1n),
    above: last === (1n << BigInt(widthBits)) - 1n ? null : toBytes(last + 1n),
  }
}
