/** Requests that are known to be right. The format of the files is described in `vectors/README.md`. */
import { verify, type CompiledDialect, type Dialect, type WireMessage } from '@posthorn/wire'

export interface Vector {
  name: string
  /** Absent where only body and signature are known. */
  message?: WireMessage
  /** The id in a signed header, if the message is unknown. */
  id?: string
  url: string
  secrets: string[]
  /** Milliseconds since 1970. */
  sentAt: number
  attempt: number
  /** The complete result: headers in their order, the body as text. */
  request: { method: string; url: string; headers: [name: string, value: string][]; body: string | null }
}

export interface VectorFile {
  /** The name of a built-in dialect, or a whole one. */
  dialect: string | Dialect
  /** Where the values come from. */
  source: string
  vectors: Vector[]
}

/** Encoding gives the vector's bytes, and verifying its request gives back the message. */
export async function checkVector(compiled: CompiledDialect, vector: Vector): Promise<void> {
  const { url, secrets, sentAt, attempt, request } = vector
  const message = vector.message ?? {
    id: vector.id ?? 'msg_unknown',
    type: 'unknown',
    payload: '{}',
    occurredAt: 0,
    acceptedAt: 0,
  }
  const known =
    vector.message === undefined ? { body: request.body === null ? null : new TextEncoder().encode(request.body) } : {}
  const written = await compiled.encode({ message, url, secrets, sentAt, attempt, ...known })
  const body = written.body === null ? null : new TextDecoder().decode(written.body)
  same({ ...written, body }, { ...request })

  const result = await verify(
    { ...request },
    {
      dialect: compiled,
      ...(secrets.length === 0 ? { secret: null } : { secrets }),
      now: sentAt,
    },
  )
  if (vector.message === undefined) {
    // The vector is about the signature. Its body may be one that has no envelope.
    if (!result.ok && result.code !== 'malformed_body') throw new Error(`refused: ${result.code}: ${result.hint}`)
    return
  }
  if (!result.ok) throw new Error(`refused: ${result.code}: ${result.message} ${result.hint}`)
  const [found] = result.messages
  if (found?.id !== undefined) same(found.id, message.id)
  if (found?.type !== undefined) same(found.type, message.type)
}

function same(found: unknown, expected: unknown): void {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value, sortedMembers, 1))
  if (a !== b) throw new Error(`expected ${b}\nfound ${a}`)
}

/** Sorts members by name, so that only values are compared. */
function sortedMembers(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
