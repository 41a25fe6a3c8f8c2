import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isIPv6, type Socket } from 'node:net'
import { isUploading } from './incoming-file.ts'
import { refusalText } from './refuse-connection.ts'

/** A response of which nothing could be sent for so long has a client that does not read. */
export const stalledMs = 30_000

interface Connection {
  readonly socket: Socket
  readonly owner: Group
  /** Requests whose response is not finished; more than one where a client sends them ahead. */
  readonly open: Set<IncomingMessage>
}

/** Connections, each in one set, in the order in which they came into it. */
interface Group {
  /** No request has come. */
  readonly silent: Set<Connection>
  /** The last response is finished. */
  readonly resting: Set<Connection>
  /** A request is being read or answered. */
  readonly busy: Set<Connection>
}

/** Clients behind one proxy share an address, so it is not much less than all. */
export function mostOfOneAddress(most: number): number {
  return Math.ceil(most / 2)
}

/**
 * Bounds the connections of clients: in all, so that deliveries keep the file descriptors that they need, and for one address, so
 * that one client cannot take all. For a new connection one that does nothing is closed: first the oldest that has sent no
 * complete head, then the one that has rested longest, then the oldest whose request is not complete. Where every connection
 * is being answered, the new one gets a 503.
 */
export function boundConnections(server: Server, most: number, mostOfOne = mostOfOneAddress(most)): void {
  const all = emptyGroup()
  const owners = new Map<string, Group>()
  const known = new WeakMap<Socket, Connection>()

  server.on('connection', (socket: Socket) => {
    const name = ownerOf(socket.remoteAddress ?? '')
    let owner = owners.get(name)
    if (!owner) owners.set(name, (owner = emptyGroup()))
    const group = owner
    if (sizeOf(group) >= mostOfOne && !makeRoom(group)) return refuse(socket)
    if (sizeOf(all) >= most && !makeRoom(all)) return refuse(socket)
    const connection: Connection = { socket, owner: group, open: new Set() }
    known.set(socket, connection)
    put(connection, 'silent')
    socket.once('close', () => {
      remove(connection)
      if (sizeOf(group) === 0) owners.delete(name)
    })
  })

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = known.get(request.socket)
    if (!connection) return
    connection.open.add(request)
    put(connection, 'busy')
    response.once('close', () => {
      connection.open.delete(request)
      if (connection.open.size === 0 && all.busy.has(connection)) put(connection, 'resting')
    })
  })

  // Without this listener Node closes a connection on which nothing moves, also while a slow operation has nothing to send yet.
  server.on('timeout', (socket: Socket) => {
    if (socket.writableLength > 0 || known.get(socket)?.open.size === 0) socket.destroy()
  })

  function put(connection: Connection, state: keyof Group): void {
    remove(connection)
    all[state].add(connection)
    connection.owner[state].add(connection)
  }

  function remove(connection: Connection): void {
    for (const { silent, resting, busy } of [all, connection.owner]) {
      silent.delete(connection)
      resting.delete(connection)
      busy.delete(connection)
    }
  }

  function makeRoom({ silent, resting, busy }: Group): boolean {
    const victim = firstOf(silent) ?? firstOf(resting) ?? firstUnfinished(busy)
    if (!victim) return false
    remove(victim)
    victim.socket.destroy()
    return true
  }
}

/** At once, so that nothing it sends is read and it has no descriptor. */
function refuse(socket: Socket): void {
  socket.on('error', () => undefined)
  const text = refusalText(503, 'overloaded', 'There are too many connections. Try again in a moment.')
  socket.end(text, () => socket.destroy())
}

function emptyGroup(): Group {
  return { silent: new Set(), resting: new Set(), busy: new Set() }
}

function sizeOf({ silent, resting, busy }: Group): number {
  return silent.size + resting.size + busy.size
}

function firstOf(connections: ReadonlySet<Connection>): Connection | undefined {
  for (const connection of connections) return connection
  return undefined
}

/** The oldest that still sends its request. A file may take its time. */
function firstUnfinished(busy: ReadonlySet<Connection>): Connection | undefined {
  for (const connection of busy) {
    if (isUploading(connection.socket)) continue
    for (const request of connection.open) if (!request.complete) return connection
  }
  return undefined
}

/** Who a client is: an IPv4 address, or the network of an IPv6 address, because a host has 2^64 of those. */
export function ownerOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':')
    while (groups.length + last.length < 8) groups.push('0')
    groups.push(...last)
  }
  return groups.slice(0, 4).join(':')
}
