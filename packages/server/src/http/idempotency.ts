import { createHash } from 'node:crypto'
import { EngineError, type WriteOptions } from '@posthorn/engine'
import type { Caller } from '../auth/caller.ts'
import { invalidField, Refusal } from './refusal.ts'

/** What was answered, as the engine keeps it: the status, and the body's text. */
export interface Answered {
  readonly status: number
  readonly text: string
}

/** One request's `Idempotency-Key`, ready for the engine. */
export class IdempotencyKey {
  readonly #key: string
  readonly #fingerprint: string

  constructor(caller: Caller, request: { path: string; query: string; body: Buffer | undefined; key: string }) {
    if (!/^[\x21-\x7e]{1,256}$/.test(request.key)) {
      throw invalidField(['header', 'idempotency-key'], 'Idempotency-Key has 1 to 256 visible ASCII characters.')
    }
    // The organisation, the application of the token, and the path are part of the key: nobody meets another's answers.
    this.#key = digest(`${caller.org}\n${caller.app ?? ''}\n${request.path}\n${request.key}`)
    this.#fingerprint = digest(`${request.query}\n`, request.body)
  }

  /** Options for the engine's write: it keeps `answer(result)` in the transaction of the work. */
  writeOptions<T>(answer: (result: T) => Answered): WriteOptions<T> {
    return {
      idempotency: {
        key: this.#key,
        fingerprint: this.#fingerprint,
        answer: (result) => {
          const { status, text } = answer(result)
          return `${status}\n${text}`
        },
      },
    }
  }

  /** The earlier answer when `error` says that there is one; a 422 when it was to another request. */
  replayOf(error: unknown): Answered | null {
    if (!(error instanceof EngineError) || error.replay === null) return null
    if (error.replay.fingerprint !== this.#fingerprint) {
      throw new Refusal(
        422,
        'idempotency_key_reused',
        'This Idempotency-Key was used for another request within 24 hours. Take a new key for a new request.',
      )
    }
    const [status = ''] = error.replay.answer.split('\n', 1)
    return { status: Number(status), text: error.replay.answer.slice(status.length + 1) }
  }
}

function digest(text: string, bytes?: Buffer): string {
  const hash = createHash('sha256').update(text)
  if (bytes) hash.update(bytes)
  return hash.digest('base64url')
}
