import { readFileSync, statSync } from 'node:fs'

/**
 * The names in `/etc/hosts`, read again when the file changes. c-ares queries DNS only, and container platforms put names
 * into this file that DNS does not have.
 *
 * It is synchronous on purpose: a `stat` takes microseconds and happens only when a name is not cached. The asynchronous
 * one would wait for one of libuv's four threads.
 */
export class HostsFile {
  readonly #path: string
  #version = ''
  #addressesByName = new Map<string, string[]>()

  constructor(path = '/etc/hosts') {
    this.#path = path
  }

  /** The addresses of a name, in the order of the file; empty when the file does not contain the name. */
  lookup(name: string): readonly string[] {
    this.#reread()
    return this.#addressesByName.get(name.toLowerCase()) ?? []
  }

  #reread(): void {
    try {
      const { mtimeMs, size, ino } = statSync(this.#path)
      const version = `${mtimeMs} ${size} ${ino}`
      if (version === this.#version) return
      this.#addressesByName = parseHosts(readFileSync(this.#path, 'utf8'))
      this.#version = version
    } catch (error) {
      // No descriptor is left: the file is still what it was.
      if (error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE')) return
      // The file does not exist or cannot be read: treat it as empty.
      this.#addressesByName = new Map()
      this.#version = ''
    }
  }
}

export function parseHosts(text: string): Map<string, string[]> {
  const addressesByName = new Map<string, string[]>()
  for (const line of text.split(/\r?\n/)) {
    const [address, ...names] = line
      .replace(/#.*$/, '')
      .split(/\s+/)
      .filter((word) => word !== '')
    if (address === undefined) continue
    for (const name of names) {
      const known = addressesByName.get(name.toLowerCase())
      if (known === undefined) addressesByName.set(name.toLowerCase(), [address])
      else if (!known.includes(address)) known.push(address)
    }
  }
  return addressesByName
}
