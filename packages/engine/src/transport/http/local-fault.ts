import { networkInterfaces } from 'node:os'

/** What this machine lacks, by the code of the system. The sentences are public (`/readyz`), so they name no receiver. */
const missing: Readonly<Record<string, string>> = {
  EMFILE: 'this process has no file descriptors left (EMFILE): raise its limit (`ulimit -n`, LimitNOFILE)',
  ENFILE: 'this machine has no file descriptors left (ENFILE): raise fs.file-max, or find the program that uses them',
  ENOBUFS: 'this machine has no memory left for network buffers (ENOBUFS)',
  ENOMEM: 'this machine has no memory left (ENOMEM)',
  EADDRNOTAVAIL:
    'this machine has no free port left for new connections (EADDRNOTAVAIL): widen net.ipv4.ip_local_port_range',
  ENETDOWN: 'the network of this machine is down (ENETDOWN)',
}

export interface LocalFault {
  readonly code: 'local_fault' | 'local_shortage'
  readonly message: string
}

/** What concerns every connection. The rest may concern one receiver, whose customer must not make the whole server unready. */
const shortages: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])

/** A connection that failed because of this machine, before anything reached the receiver; `null`: it is another failure. */
export function localFault(error: unknown): LocalFault | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  const message = missing[String(error.code)]
  if (message === undefined) return null
  // The same code says that a machine without IPv6 cannot reach an IPv6 address. That lasts, so it is a failed attempt.
  if (error.code === 'EADDRNOTAVAIL' && 'address' in error && !hasFamilyOf(String(error.address))) return null
  return { code: shortages.has(error.code) ? 'local_shortage' : 'local_fault', message }
}

/** Codes of c-ares for a resolver of this machine that cannot be asked; the name and its servers have no part in it. */
const resolverFaults: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses connections, or no descriptor is left for one',
  EFILE: '/etc/resolv.conf cannot be read',
  ENOMEM: 'no memory is left',
  ENOTINITIALIZED: 'it is not set up',
  EADDRGETNETWORKPARAMS: 'its settings cannot be read',
  ELOADIPHLPAPI: 'its settings cannot be read',
}

/** A look-up that failed because of this machine; `null`: it is another failure. */
export function resolverFault(code: string): string | null {
  const why = resolverFaults[code]
  return why === undefined
    ? null
    : `the DNS resolver of this machine cannot be used (${code}: ${why}): check /etc/resolv.conf and the resolver that it names`
}

function hasFamilyOf(address: string): boolean {
  const family = address.includes(':') ? 'IPv6' : 'IPv4'
  const isLoopback = address === '::1' || address.startsWith('127.')
  return Object.values(networkInterfaces()).some((entries) =>
    entries?.some(
      (entry) => entry.family === family && entry.internal === isLoopback && !entry.address.startsWith('fe80:'),
    ),
  )
}
