/** Everything that is thrown at the transport in the lab. */
import type { DnsRecord } from '../../src/transport/http/testing/dns-server.ts'

/** Addresses of the lab that count as the Internet. */
export const PUBLIC_ADDRESSES: readonly string[] = ['93.184.216.34', '8.8.8.8']

/** Addresses of the lab that nobody outside may reach: metadata services, a private network, IPv4 wrapped in IPv6. */
export const INSIDE_ADDRESSES: readonly string[] = [
  '169.254.169.254',
  '10.0.0.1',
  '100.64.0.1',
  '168.63.129.16',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::',
  'fd00::1',
]

const a = (...addresses: string[]): DnsRecord[] => addresses.map((address) => ({ type: 'A', address }))
const aaaa = (...addresses: string[]): DnsRecord[] => addresses.map((address) => ({ type: 'AAAA', address }))

/** What the DNS of the lab says; asked for the n-th time. */
export const NAMES: Readonly<Record<string, (asked: number) => readonly DnsRecord[]>> = {
  'public.test': () => a('93.184.216.34'),
  'redirecting.test': () => a('93.184.216.34'),
  'rebinding.test': (asked) => a(asked % 2 === 0 ? '93.184.216.34' : '169.254.169.254'),
  'rebinding-to-loopback.test': (asked) => a(asked % 2 === 0 ? '8.8.8.8' : '127.0.0.1'),
  'metadata.test': () => a('169.254.169.254'),
  'loopback.test': () => a('127.0.0.1'),
  '127.0.0.1.nip.test': () => a('127.0.0.1'),
  'zero.test': () => a('0.0.0.0'),
  'both.test': () => [...a('93.184.216.34'), ...aaaa('::1')],
  'ipv6-inside.test': () => aaaa('fd00::1'),
  'mapped.test': () => aaaa('::ffff:a9fe:a9fe'),
  'nat64.test': () => aaaa('64:ff9b::a9fe:a9fe'),
  'sixtofour.test': () => aaaa('2002:a9fe:a9fe::'),
  'fifty.test': () => a(...Array.from({ length: 49 }, () => '93.184.216.34'), '10.0.0.1'),
  'alias.test': () => [{ type: 'CNAME', to: 'metadata.google.internal' }, ...a('169.254.169.254')],
  'metadata.google.internal': () => a('169.254.169.254'),
  intranet: () => a('10.0.0.1'),
}

const HOSTS: readonly string[] = [
  ...Object.keys(NAMES),
  'localhost',
  'LOCALHOST.',
  'localhoſt',
  'app.localhost',
  // Spellings of 127.0.0.1, 0.0.0.0 and 169.254.169.254.
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '127.0.0.1.',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  '１２７.0.0.1',
  '%31%32%37.0.0.1',
  '0x7f.0x0.0x0.0x1',
  '127.8.8.8',
  '0',
  '0.0.0.0',
  '169.254.43518',
  '0xa9fea9fe',
  '2852039166',
  '169.254.169.254',
  '169.254.169.254.',
  '10.0.0.1',
  '10.1',
  '100.64.0.1',
  '168.63.129.16',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:169.254.169.254]',
  '[::ffff:10.0.0.1]',
  '[::127.0.0.1]',
  '[::169.254.169.254]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::169.254.169.254]',
  '[2002:7f00:1::]',
  '[2002:a9fe:a9fe::]',
  '[::ffff:0:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:a9fe:a9fe]',
  '[::ffff:a00:1]',
  '[::a9fe:a9fe]',
  '[64:ff9b::a9fe:a9fe]',
  '[::ffff:0:7f00:1]',
  '[fec0::1]',
  '[fe80::1%25lo]',
  '[fd00::1]',
  '127.0.0.1%00.x',
  '256.256.256.256',
  '::1',
]

/** Two parsers that disagree: each is tried with an inside address in every place. */
const CONFUSING: readonly string[] = INSIDE_ADDRESSES.filter((address) => !address.includes(':'))
  .concat('127.0.0.1')
  .flatMap((inside) => [
    `http://a@${inside}/`,
    `http://@${inside}/`,
    `http://public.test@${inside}/`,
    `http://${inside}:80@public.test/`,
    `http://public.test\\@${inside}/`,
    `http://public.test#@${inside}/`,
    `http://public.test?@${inside}/`,
    `http://8.8.8.8 &@${inside}# @public.test/`,
    `http://public.test:80\\@${inside}:80/`,
    `http://${inside}\t/`,
    `ht\ntp://${inside}/`,
    `http:\\\\${inside}/`,
    `http:${inside}`,
    `//${inside}/`,
    `http:///${inside}/`,
    ` http://${inside}/ `,
  ])

export const URLS: readonly string[] = [
  ...PUBLIC_ADDRESSES.map((address) => `http://${address}/`),
  'http://redirecting.test/redirect',
  ...HOSTS.flatMap((host) => [
    `http://${host}/`,
    `http://${host}:443/`,
    `http://${host}:6379/`,
    `https://${host}/`,
    `https://${host}:80/`,
  ]),
  ...CONFUSING,
]
