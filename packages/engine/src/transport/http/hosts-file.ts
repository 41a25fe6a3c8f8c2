import { readFileSync, statSync } from 'node:fs'

/**
 * The names in `/etc/hosts`, read again when the file changes. A resolver that goes to DNS directly has to do this
 * itself; container platforms put names there that DNS does not know.
 *
 * Synchronous on purpose: a `stat` takes microseconds and is asked only when a name is not cached, while the
 * asynchronous one would queue behind libuv's four threads.
 */
export class HostsFile {
  readonly #path: string
  #version = ''
  #addressesByName = new Map<string, string[]>()

  constructor(path = '/etc/hosts') {
    this.#path = path
  }

  /** Addresses of a name, in the order of the file; empty when the file does not have it. */
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
    } catch {
      // No such file, or none that may be read: then it names nobody.
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
