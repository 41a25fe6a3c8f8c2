import { createHash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EngineError } from '../errors.ts'

/** A file that is completely on disk and synced, but that no row names yet. The caller must call `keep` or `remove`. */
export interface ReceivedFile {
  readonly stored: string
  readonly bytes: number
  /** SHA-256, base64url. */
  readonly digest: string
  /** Called after a row names the file. */
  keep(): void
  remove(): Promise<void>
}

export interface ByteRange {
  readonly start: number
  /** Inclusive. */
  readonly end: number
}

const chunkBytes = 256 * 1024

/** The folder of result files. One row names each file; a file that no row names is deleted by `sweep`. */
export class ResultFiles {
  readonly #folder: string
  readonly #maxBytes: number
  /** Files that are being received, so no row names them yet. */
  readonly #receiving = new Set<string>()

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder
    this.#maxBytes = maxBytes
  }

  /** Checks the announced size before a byte is read. @throws EngineError `payload_too_large` */
  checkSize(bytes: number | undefined): void {
    if (bytes !== undefined && bytes > this.#maxBytes) throw this.#tooLarge()
  }

  /**
   * Streams a file to disk, with at most a few chunks of it in memory. When the promise resolves, the complete file survives
   * a power failure. When it rejects, nothing of the file is kept.
   *
   * @param stored its name in the folder @param announced its size in bytes, if the sender stated one
   * @throws EngineError `payload_too_large`, `invalid`, `overloaded`
   */
  async receive(
    stored: string,
    source: AsyncIterable<Uint8Array>,
    announced: number | undefined,
  ): Promise<ReceivedFile> {
    this.checkSize(announced)
    const path = join(this.#folder, stored)
    const part = `${path}.part`
    const hash = createHash('sha256')
    let bytes = 0
    const tooLarge = (): EngineError => this.#tooLarge()
    const maxBytes = this.#maxBytes
    async function* counted(): AsyncGenerator<Uint8Array> {
      try {
        for await (const chunk of source) {
          bytes += chunk.byteLength
          if (bytes > maxBytes) throw tooLarge()
          hash.update(chunk)
          yield chunk
        }
      } catch (error) {
        throw error instanceof EngineError ? error : brokenOff(bytes, error)
      }
      if (announced !== undefined && announced !== bytes) throw brokenOff(bytes, undefined)
    }
    const remove = async (): Promise<void> => {
      await Promise.all([rm(part, { force: true }), rm(path, { force: true })])
      this.#receiving.delete(stored)
    }
    await this.#makeFolder()
    this.#receiving.add(stored)
    const file = createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true, highWaterMark: chunkBytes })
    try {
      await pipeline(counted, file)
      await rename(part, path)
      await this.#syncFolder()
    } catch (error) {
      // If the source fails at once, the file is still being opened. Wait, or the file would be created after its removal.
      if (!file.closed) await new Promise<void>((resolve) => file.once('close', resolve))
      await remove()
      throw error instanceof EngineError ? error : notWritten(error)
    }
    return { stored, bytes, digest: hash.digest('base64url'), keep: () => this.#receiving.delete(stored), remove }
  }

  /** The bytes of a file, or a range of them. @throws EngineError `not_found` */
  async read(stored: string, range: ByteRange | null): Promise<Readable> {
    try {
      const handle = await open(join(this.#folder, stored), 'r')
      return handle.createReadStream({ highWaterMark: chunkBytes, ...range })
    } catch (cause) {
      if (systemCode(cause) !== 'ENOENT') throw notRead(cause)
      throw new EngineError(
        'not_found',
        'This file no longer exists. A file is removed when its result expires: run the operation again.',
        { cause },
      )
    }
  }

  /** Removes files that no row names: those of expired results, and partial files that a crash left behind. */
  async sweep(named: () => Promise<readonly string[]>): Promise<void> {
    if (!existsSync(this.#folder)) return
    const found = await readdir(this.#folder)
    // In this order: a file whose row is written during the sweep is in at least one of the two sets.
    const receiving = new Set(this.#receiving)
    const kept = new Set(await named())
    for (const name of found) {
      const stored = name.replace(/\.part$/, '')
      if (!kept.has(name) && !receiving.has(stored)) await rm(join(this.#folder, name), { force: true })
    }
  }

  async #makeFolder(): Promise<void> {
    try {
      await mkdir(this.#folder, { mode: 0o700 })
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw notWritten(error)
    }
  }

  /** Syncs the folder: only then does the name of a new file survive a power failure. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }

  #tooLarge(): EngineError {
    return new EngineError(
      'payload_too_large',
      `A result file has at most ${this.#maxBytes} bytes, and this one is larger. Nothing was kept. Store the file elsewhere, and complete the operation with a link to it.`,
      { field: 'file' },
    )
  }
}

function brokenOff(bytes: number, cause: unknown): EngineError {
  return new EngineError(
    'invalid',
    `The upload ended after ${bytes} bytes and the file is incomplete. Nothing was kept, and the operation is still running: send the whole file again.`,
    { field: 'file', cause },
  )
}

/** Why the system could not write a file of ours. Nothing of it was kept. Any other error stays as it is. */
function notWritten(cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === null) return cause
  const kept = 'Nothing of the file was kept, and the operation is still running'
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const text = `The disk is full. ${kept}: free space in the data folder and send the file again.`
    return new EngineError('overloaded', text, { retryAfterSeconds: 5, cause })
  }
  if (isScarce(code)) {
    const text = `This process has no ${code === 'ENOMEM' ? 'memory' : 'file descriptors'} left (${code}). ${kept}: send the file again in a moment.`
    return new EngineError('overloaded', text, { retryAfterSeconds: 5, cause })
  }
  const text = `The folder of files cannot be written (${code}). ${kept}: check the permissions and the disk of the data folder, then send the file again.`
  return new EngineError('database_refused', text, { retryAfterSeconds: 30, cause })
}

function notRead(cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === null) return cause
  if (isScarce(code))
    return new EngineError(
      'overloaded',
      `This process has no file descriptors left (${code}): try again in a moment.`,
      {
        retryAfterSeconds: 5,
        cause,
      },
    )
  const text = `The file cannot be read (${code}): check the permissions and the disk of the data folder.`
  return new EngineError('database_refused', text, { retryAfterSeconds: 30, cause })
}

function isScarce(code: string): boolean {
  return code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM'
}

/** The code of a call to the system that failed (`ENOSPC`); `null`: it is another error. */
function systemCode(error: unknown): string | null {
  return error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null
}
