/** The part of the lab that runs inside the namespace: canaries, DNS, and a transport that is given every input. */
import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import { httpTransport } from '../../src/transport/http/http-transport.ts'
import { type DnsServer, recordsOf, startDnsServer } from '../../src/transport/http/testing/dns-server.ts'
import { NAMES, URLS } from './inputs.ts'

export interface LabReport {
  readonly inputCount: number
  /** Connections that a canary saw, even those that never became a request. */
  readonly hits: { address: string; port: number; count: number }[]
  readonly answered: string[]
  readonly refused: string[]
}

const CANARY_PORTS = [80, 443, 6379]
/** Sends to each input: enough for a name that alternates to show both of its faces, with and without open connections. */
const ROUNDS = 6

async function runLab(guard: string | undefined): Promise<LabReport> {
  const hits = new Map<string, { address: string; port: number; count: number }>()
  const canaries = await Promise.all(CANARY_PORTS.map((port) => startCanary(port, hits)))
  const dns = await startDns()

  let nowMs = 0
  const transport = httpTransport({
    allowPrivate: guard === 'off' ? ['0.0.0.0/0', '::/0'] : [],
    // The clock of the DNS cache jumps, so that every send asks again.
    resolver: { servers: [dns.address], hostsPath: '/nonexistent', now: () => (nowMs += 100_000), deadlineMs: 1_000 },
  })
  const answered = new Set<string>()
  const refused = new Set<string>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const url of URLS) {
      // As stored, when it can be stored; and as typed, as if the first check had been forgotten.
      const checked = transport.check(url, {})
      for (const candidate of checked.ok ? [checked.url, url] : [url]) {
        const outcome = await transport.send({
          method: 'POST',
          url: candidate,
          headers: [],
          body: Buffer.from('{}'),
          timeoutMs: 1_000,
        })
        if (outcome.kind !== 'unknown') answered.add(candidate)
        else if (outcome.error.code === 'address_refused') refused.add(candidate)
      }
    }
  }
  await transport.close(0)
  await dns.close()
  for (const canary of canaries) {
    canary.closeAllConnections()
    canary.close()
  }
  return { inputCount: URLS.length, hits: [...hits.values()], answered: [...answered], refused: [...refused] }
}

async function startCanary(port: number, hits: Map<string, LabReport['hits'][number]>): Promise<http.Server> {
  const canary = http.createServer((request, response) => {
    if (request.url === '/redirect') response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' })
    response.end('canary')
  })
  canary.on('connection', (socket: net.Socket) => {
    const address = (socket.localAddress ?? 'unknown').replace(/^::ffff:(?=[\d.]+$)/, '')
    const key = `${address} ${port}`
    const hit = hits.get(key) ?? { address, port, count: 0 }
    hit.count += 1
    hits.set(key, hit)
  })
  // What arrives on a connection that speaks TLS or Redis is of no interest, that it arrives is.
  canary.on('clientError', (_error, socket) => socket.destroy())
  canary.listen(port, '::')
  await once(canary, 'listening')
  return canary
}

function startDns(): Promise<DnsServer> {
  const timesAsked = new Map<string, number>()
  return startDnsServer(
    (question) => {
      const records = NAMES[question.name]
      if (records === undefined) return { failure: 'NXDOMAIN' }
      // Per name and type: A and AAAA of one lookup get the same face.
      const key = `${question.name} ${question.type}`
      const asked = timesAsked.get(key) ?? 0
      timesAsked.set(key, asked + 1)
      return recordsOf(question, records(asked))
    },
    { host: '127.0.0.53', port: 53 },
  )
}

process.stdout.write(JSON.stringify(await runLab(process.argv[2])))
