/** A DNS server for tests, over UDP and TCP on one loopback port. A function decides what it answers, if anything. */
import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'

export type DnsAnswer =
  | { readonly records: readonly DnsRecord[] }
  | { readonly failure: 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' }
  | 'silence'

export type DnsRecord =
  | { readonly type: 'A' | 'AAAA'; readonly address: string; readonly ttl?: number }
  | { readonly type: 'CNAME'; readonly to: string; readonly ttl?: number }

export interface DnsQuestion {
  readonly name: string
  readonly type: 'A' | 'AAAA' | 'other'
}

export interface DnsServer {
  /** `ip:port`, the form that resolvers expect. */
  readonly address: string
  readonly questions: readonly DnsQuestion[]
  close(): Promise<void>
}

const TYPE_CODES = { A: 1, CNAME: 5, AAAA: 28 } as const
const FAILURE_CODES = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const
/** The longest answer over UDP without fragmentation (DNS flag day 2020). For a longer one, resolvers use TCP. */
const MAX_UDP_BYTES = 1232
const MAX_TCP_BYTES = 65_535

export async function startDnsServer(
  answer: (question: DnsQuestion) => DnsAnswer,
  { host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {},
): Promise<DnsServer> {
  const questions: DnsQuestion[] = []
  const respond = (query: Buffer, maxBytes: number): Buffer | null => {
    const question = readQuestion(query)
    questions.push(question.asked)
    const said = answer(question.asked)
    if (said === 'silence') return null
    const response = writeAnswer(query, question, said)
    return response.length <= maxBytes ? response : asTruncated(writeAnswer(query, question, { records: [] }))
  }

  const tcp = net.createServer((socket) => {
    socket.on('error', () => socket.destroy())
    let received = Buffer.alloc(0)
    socket.on('data', (data) => {
      received = Buffer.concat([received, data])
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0)
        const response = respond(received.subarray(2, end), MAX_TCP_BYTES)
        received = received.subarray(end)
        if (response === null) continue
        const length = Buffer.alloc(2)
        length.writeUInt16BE(response.length)
        socket.write(Buffer.concat([length, response]))
      }
    })
  })
  // TCP chooses the port, because a port that is free for UDP may still be in TIME_WAIT for TCP.
  tcp.listen(port, host)
  await once(tcp, 'listening')
  const bound = (tcp.address() as net.AddressInfo).port

  const udp = dgram.createSocket('udp4')
  udp.on('message', (query, from) => {
    const response = respond(query, MAX_UDP_BYTES)
    if (response !== null) udp.send(response, from.port, from.address)
  })
  udp.bind(bound, host)
  await once(udp, 'listening')

  return {
    address: `${host}:${bound}`,
    questions,
    async close() {
      udp.close()
      tcp.close()
      await Promise.all([once(udp, 'close'), once(tcp, 'close')])
    },
  }
}

/** Selects the records that answer a question: those of its type, and CNAME records. */
export function recordsOf(question: DnsQuestion, records: readonly DnsRecord[]): DnsAnswer {
  return { records: records.filter((record) => record.type === question.type || record.type === 'CNAME') }
}

interface ReadQuestion {
  readonly asked: DnsQuestion
  readonly end: number
}

function readQuestion(query: Buffer): ReadQuestion {
  const labels: string[] = []
  let at = 12
  for (let length = query[at]!; length !== 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const code = query.readUInt16BE(at + 1)
  const type = code === TYPE_CODES.A ? 'A' : code === TYPE_CODES.AAAA ? 'AAAA' : 'other'
  return { asked: { name: labels.join('.').toLowerCase(), type }, end: at + 5 }
}

function writeAnswer(query: Buffer, { asked, end }: ReadQuestion, answer: Exclude<DnsAnswer, 'silence'>): Buffer {
  const records = 'records' in answer ? answer.records : []
  const head = Buffer.from(query.subarray(0, end))
  // A response, with recursion available.
  head.writeUInt16BE(0x8180 | ('failure' in answer ? FAILURE_CODES[answer.failure] : 0), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  head.writeUInt16BE(0, 8)
  head.writeUInt16BE(0, 10)
  let owner = asked.name
  const body = records.map((record) => {
    const written = writeRecord(owner, record)
    if (record.type === 'CNAME') owner = record.to
    return written
  })
  return Buffer.concat([head, ...body])
}

function writeRecord(owner: string, record: DnsRecord): Buffer {
  const data = record.type === 'CNAME' ? writeName(record.to) : Buffer.from(addressBytes(record.address))
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(TYPE_CODES[record.type], 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt32BE(record.ttl ?? 0, 4)
  fixed.writeUInt16BE(data.length, 8)
  return Buffer.concat([writeName(owner), fixed, data])
}

function writeName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')]))
  return Buffer.concat([...labels, Buffer.from([0])])
}

/** Uses `URL` to parse IPv6, not the parser under test. */
function addressBytes(address: string): number[] {
  if (!address.includes(':')) return address.split('.').map(Number)
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff])
}

/** Sets the TC bit, so that the resolver asks again over TCP. */
function asTruncated(response: Buffer): Buffer {
  response.writeUInt16BE(response.readUInt16BE(2) | 0x0200, 2)
  return response
}
