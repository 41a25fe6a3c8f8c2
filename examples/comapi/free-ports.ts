import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** Ports of this machine that nobody listens on. For programs that cannot be told to take any. */
export async function freePorts(count: number): Promise<number[]> {
  // All of them are held at once, so that none is given twice.
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
