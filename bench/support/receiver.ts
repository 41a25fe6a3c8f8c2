/**
 * The receiver, in a process of its own. It answers 200 to every request and counts which deliveries came: each by its path and the
 * number in its body. It reads HTTP from the socket itself, because Node's server costs as much as what is measured. Its own cost is in the
 * report.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { countBodies } from './count-bodies.ts'

const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 'latin1')
const endOfHead = Buffer.from('\r\n\r\n', 'latin1')

let counted = countBodies()
let cpuAtStart = process.cpuUsage()

/** Takes whole requests from the front of what came; answers what is left. */
function takeRequests(socket: Socket, data: Buffer): Buffer {
  let at = 0
  for (;;) {
    const end = data.indexOf(endOfHead, at)
    if (end === -1) return at === 0 ? data : data.subarray(at)
    const head = data.toString('latin1', at, end)
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
    const body = end + endOfHead.length
    if (data.length < body + length) return at === 0 ? data : data.subarray(at)
    onRequest(socket, head, data.toString('latin1', body, Math.min(body + 96, body + length)))
    at = body + length
    if (at === data.length) return Buffer.alloc(0)
  }
}

function onRequest(socket: Socket, head: string, bodyStart: string): void {
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' ', head.indexOf(' ') + 1))
  if (path === '/report') return report(socket)
  socket.write(answer)
  counted.note(path, bodyStart)
}

/** Answers what came since the last report, and begins again. */
function report(socket: Socket): void {
  const { user, system } = process.cpuUsage(cpuAtStart)
  const text = JSON.stringify({ ...counted.result(), cpuMicroseconds: user + system })
  counted = countBodies()
  cpuAtStart = process.cpuUsage()
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`)
}

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = takeRequests(socket, rest.length === 0 ? chunk : Buffer.concat([rest, chunk]))
  })
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port, pid: process.pid }))
process.on('disconnect', () => process.exit(0))
