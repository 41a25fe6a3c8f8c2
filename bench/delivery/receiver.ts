import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The receiver, in a process of its own: answers 200, and notes when requests to /latency arrived after their time. */
const latenciesMs: number[] = []

const server = createServer((request, response) => {
  if (request.url === '/report') {
    latenciesMs.sort((a, b) => a - b)
    const at = (share: number): number => latenciesMs[Math.floor(latenciesMs.length * share)] ?? Number.NaN
    response.end(JSON.stringify({ count: latenciesMs.length, p50Ms: at(0.5), p99Ms: at(0.99) }))
    latenciesMs.length = 0
    return
  }
  const measured = request.url?.startsWith('/latency') ?? false
  let head = ''
  request.on('data', (chunk: Buffer) => {
    if (measured && head === '') head = chunk.toString('latin1', 0, 64)
  })
  request.on('end', () => {
    if (measured) {
      const arrived = process.hrtime.bigint()
      const intended = /"t":"(\d+)"/.exec(head)?.[1]
      if (intended !== undefined) latenciesMs.push(Number(arrived - BigInt(intended)) / 1e6)
    }
    response.writeHead(200, { 'content-length': 0 })
    response.end()
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
