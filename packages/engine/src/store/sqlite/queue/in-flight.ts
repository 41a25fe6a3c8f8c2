import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { Claim } from '../../queue.ts'

/**
 * What is out at this moment, one slot a request, in a small file that is written and never synced. When a process is killed the
 * file stays in the page cache, so the next process knows which of the claimed requests were really out: those may have arrived,
 * and one of them may have ended the process. The write costs 1.5 µs a delivery; a row would cost a transaction. After a reboot
 * the file says nothing, which its header (the kernel's boot id) shows.
 */

const headerBytes = 64
const slotBytes = 64

/** Names one attempt. */
export function attemptKey({ target, request, generation }: Pick<Claim, 'target' | 'request' | 'generation'>): string {
  return `${target} ${request.id} ${generation}`
}

/** What the last process had out; `null`: unknown, because the machine was restarted or there is no file. */
export function readInFlight(path: string): ReadonlySet<string> | null {
  if (!existsSync(path)) return null
  const text = readFileSync(path, 'latin1')
  if (text.slice(0, headerBytes).trimEnd() !== bootId()) return null
  const out = new Set<string>()
  for (let at = headerBytes; at < text.length; at += slotBytes) {
    const key = text.slice(at, at + slotBytes).trimEnd()
    if (key !== '') out.add(key)
  }
  return out
}

export class InFlightFile {
  readonly #file: number
  readonly #buffer = Buffer.alloc(slotBytes)
  readonly #free: number[] = []
  #slots = 0

  /** Empties the file. What the last process wrote was read before. */
  constructor(path: string) {
    this.#file = openSync(path, 'w', 0o600)
    writeSync(this.#file, bootId().padEnd(headerBytes), 0, 'latin1')
    fdatasyncSync(this.#file)
  }

  /**
   * Notes that an attempt leaves. Answers its slot. A slot keeps its text until it is used again, which does no harm: the row of a
   * recorded attempt has another generation. A full disk does not keep the attempt from leaving.
   */
  begin(claim: Claim): number {
    const slot = this.#free.pop() ?? this.#slots++
    this.#write(slot, attemptKey(claim))
    return slot
  }

  /** What is noted there did not leave, and its row stays as it is. */
  erase(slot: number): void {
    this.#write(slot, '')
  }

  end(slot: number): void {
    this.#free.push(slot)
  }

  close(): void {
    closeSync(this.#file)
  }

  #write(slot: number, text: string): void {
    this.#buffer.fill(0x20)
    this.#buffer.write(text, 0, 'latin1')
    try {
      writeSync(this.#file, this.#buffer, 0, slotBytes, headerBytes + slot * slotBytes)
    } catch {
      // Without the note, a crash makes this attempt look like one that was not sent.
    }
  }
}

/** Changes at each boot. Where the system has none, notes are not used after a restart of the process. */
function bootId(): string {
  const path = '/proc/sys/kernel/random/boot_id'
  return existsSync(path) ? readFileSync(path, 'latin1').trim() : `no boot id ${process.pid}`
}
