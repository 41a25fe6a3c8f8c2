import { createHash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EngineError } from '../errors.ts'

/** A file that is on disk, whole and synced, and that no row names yet: it is kept or removed by whoever received it. */
export interface ReceivedFile {
  readonly stored: string
  readonly bytes: number
  /** SHA-256, base64url. */
  readonly digest: string
  /** A row names it now. */
  keep(): void
  remove(): Promise<void>
}

export interface ByteRange {
  readonly start: number
  /** Inclusive. */
  readonly end: number
}

const piece = 256 * 1024

/** The files of results: a folder in which each file is named by one row, and what no row names is rubbish. */
export class ResultFiles {
  readonly #folder: string
  readonly #maxBytes: number
  /** Names that no row may have yet, because the file is being received. */
  readonly #receiving = new Set<string>()

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder
    this.#maxBytes = maxBytes
  }

  /** @throws EngineError `payload_too_large`: known before a byte was read */
  checkSize(bytes: number | undefined): void {
    if (bytes !== undefined && bytes > this.#maxBytes) throw this.#tooLarge()
  }

  /**
   * Streams a file to disk, never more than a few pieces of it in memory. A power failure from now on leaves the whole file
   * there, and a failure before that leaves nothing.
   *
   * @param stored its name in the folder @param announced how long it is said to be
   * @throws EngineError `payload_too_large`, `invalid`, `overloaded`
   */
  async receive(
    stored: string,
    source: AsyncIterable<Uint8Array>,
    announced: number | undefined,
  ): Promise<ReceivedFile> {
    this.checkSize(announced)
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
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
    this.#receiving.add(stored)
    const file = createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true, highWaterMark: piece })
    try {
      await pipeline(counted, file)
      await rename(part, path)
      await this.#syncFolder()
    } catch (error) {
      // A source that fails at once ends the stream while the file is still being opened: it would appear after its removal.
      if (!file.closed) await new Promise<void>((resolve) => file.once('close', resolve))
      await remove()
      throw isFull(error) ? diskFull(error) : error
    }
    return { stored, bytes, digest: hash.digest('base64url'), keep: () => this.#receiving.delete(stored), remove }
  }

  /** The bytes of a file, or a range of them. @throws EngineError `not_found` */
  async read(stored: string, range: ByteRange | null): Promise<Readable> {
    try {
      const handle = await open(join(this.#folder, stored), 'r')
      return handle.createReadStream({ highWaterMark: piece, ...range })
    } catch (cause) {
      throw new EngineError('not_found', 'This file is not there any more.', { cause })
    }
  }

  /** Removes what no row names: files of results that ran out, and what a crash left half written. */
  async sweep(named: () => Promise<readonly string[]>): Promise<void> {
    if (!existsSync(this.#folder)) return
    const found = await readdir(this.#folder)
    // In this order: a file whose row is written while this looks is in one of the two.
    const receiving = new Set(this.#receiving)
    const kept = new Set(await named())
    for (const name of found) {
      const stored = name.replace(/\.part$/, '')
      if (!kept.has(name) && !receiving.has(stored)) await rm(join(this.#folder, name), { force: true })
    }
  }

  /** A name that was given to a file survives a power failure once its folder is synced. */
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
      `A result file has at most ${this.#maxBytes} bytes, and this one is larger. Nothing was kept. Put it where you keep large files, and complete the operation with a link to it.`,
      { field: 'file' },
    )
  }
}

function brokenOff(bytes: number, cause: unknown): EngineError {
  return new EngineError(
    'invalid',
    `The file broke off after ${bytes} bytes, so nothing was kept and the operation still runs. Send it again from the beginning.`,
    { field: 'file', cause },
  )
}

function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return code === 'ENOSPC' || code === 'EDQUOT'
}

function diskFull(cause: unknown): EngineError {
  return new EngineError(
    'overloaded',
    'The disk is full: nothing of the file was kept, and the operation still runs. Free space in the data folder and send it again.',
    { retryAfterSeconds: 5, cause },
  )
}
