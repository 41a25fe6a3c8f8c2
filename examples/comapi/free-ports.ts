import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Ports of this machine that nobody listens on, for programs that have to be told one. They are below those that systems give to
 * connections and to programs that take any port, so nothing else takes them before.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
