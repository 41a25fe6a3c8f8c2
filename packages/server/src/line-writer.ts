/** Takes bytes without waiting for the reader; `done` says how many were taken, or why none could be. One call at a time. */
export type Output = (bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void) => void

export interface LineWriterOptions {
  readonly output: Output
  /** Makes the line that says how many were dropped. */
  readonly droppedLine: (count: number, why: string) => string
  /** Bytes that wait for a slow output; what comes on top of them is dropped. */
  readonly maxBytes?: number
  /** Before an output that failed is tried again. */
  readonly retryMs?: number
}

/** Written at once. */
const batchBytes = 64 * 1024

/**
 * Lines on their way to an output that may be slow, full or gone. Nobody waits for it: what finds no room is dropped and counted, and
 * when the output works again a line says how many were. The order stays, and a line that was begun is finished.
 */
export class LineWriter {
  readonly #options: Required<LineWriterOptions>
  #lines: Buffer[] = []
  #bytes = 0
  #dropped = 0
  #why = 'it is too slow'
  #isWriting = false
  #failing = false
  #retry: NodeJS.Timeout | null = null
  #waiters: (() => void)[] = []

  constructor(options: LineWriterOptions) {
    this.#options = { maxBytes: 1024 * 1024, retryMs: 1000, ...options }
  }

  /** Why lines are lost at the moment; `null`: none is. */
  get trouble(): string | null {
    return this.#failing || this.#dropped > 0 ? this.#why : null
  }

  write(line: string): void {
    const bytes = Buffer.from(line)
    const { maxBytes } = this.#options
    // After a loss half of the room has to be free: else every second line would be one about dropped lines.
    if (this.#bytes + bytes.length > (this.#dropped > 0 ? maxBytes / 2 : maxBytes)) {
      this.#dropped += 1
      return
    }
    this.#tellDropped()
    this.#push(bytes)
    this.#next()
  }

  /** Resolves when everything is written, or after `patienceMs`. */
  async flush(patienceMs: number): Promise<void> {
    if (this.#lines.length === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs)
      this.#waiters.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #push(bytes: Buffer): void {
    this.#lines.push(bytes)
    this.#bytes += bytes.length
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return
    this.#push(Buffer.from(this.#options.droppedLine(this.#dropped, this.#why)))
    this.#dropped = 0
  }

  #next(): void {
    if (this.#isWriting || this.#retry) return
    if (this.#lines.length === 0) {
      for (const resolve of this.#waiters.splice(0)) resolve()
      return
    }
    this.#isWriting = true
    const batch = this.#batch()
    this.#options.output(batch, (error, written) => {
      this.#isWriting = false
      if (error === null) {
        this.#failing = false
        this.#forget(written)
        if (this.#lines.length === 0) this.#tellDropped()
      } else this.#failed(error)
      this.#next()
    })
  }

  #failed(error: NodeJS.ErrnoException): void {
    // Full for now: a pipe whose reader is slow.
    const isSlow = error.code === 'EAGAIN'
    if (!isSlow) {
      this.#failing = true
      this.#why = `it failed with ${error.code ?? error.message}`
    } else this.#why = 'it is too slow'
    this.#retry = setTimeout(
      () => {
        this.#retry = null
        this.#next()
      },
      isSlow ? Math.min(50, this.#options.retryMs) : this.#options.retryMs,
    )
    // The log alone does not keep the process.
    this.#retry.unref()
  }

  #batch(): Buffer {
    const batch: Buffer[] = []
    let bytes = 0
    for (const line of this.#lines) {
      if (batch.length > 0 && bytes + line.length > batchBytes) break
      batch.push(line)
      bytes += line.length
    }
    return Buffer.concat(batch)
  }

  /** The first `written` bytes are out. Of a line that is out in part the rest stays. */
  #forget(written: number): void {
    this.#bytes -= written
    let left = written
    let whole = 0
    while (left > 0) {
      const line = this.#lines[whole]
      if (!line) break
      if (line.length > left) {
        this.#lines[whole] = line.subarray(left)
        break
      }
      left -= line.length
      whole += 1
    }
    this.#lines = this.#lines.slice(whole)
  }
}
