import type { CompiledDialect } from '@posthorn/wire'
import type { TargetEntry } from '../directory/entries.ts'
import { mustCarry } from './carry.ts'
import type { LiveMessage } from './live-message.ts'
import { wireMessage, type Sendable } from './wire-message.ts'

type Batch = NonNullable<CompiledDialect['batch']>

/** The body of a request: of one message, or of the members of a batch. */
export function bodyOf(target: TargetEntry, contents: readonly LiveMessage[]): Uint8Array | null {
  const { batch } = target.dialect
  if (batch) return batch.join(contents.map((content) => elementOf(target, batch, content)))
  const [only] = contents
  if (!only) throw new Error('A request carries a message.')
  mustCarry(target, only)
  return kept(target, target.dialect, only, () => target.dialect.body(wireMessage(target, only.stored)))
}

/** The body of a message that leaves alone. Where the dialect has batches it is a batch of one. */
export function bodyAlone(target: TargetEntry, message: Sendable): Uint8Array | null {
  const { dialect } = target
  const wire = wireMessage(target, message)
  return dialect.batch ? dialect.batch.join([dialect.batch.element(wire)]) : dialect.body(wire)
}

/** Bytes of a message in a batch; `null`: its dialect cannot carry it any more. */
export function elementBytes(target: TargetEntry, content: LiveMessage): number | null {
  const { batch } = target.dialect
  if (!batch || content.stored.payload === null) return null
  try {
    return elementOf(target, batch, content).length
  } catch {
    return null // It is sent alone and fails alone, with the reason in the log.
  }
}

function elementOf(target: TargetEntry, batch: Batch, content: LiveMessage): Uint8Array {
  mustCarry(target, content)
  return kept(target, batch, content, () => batch.element(wireMessage(target, content.stored)))!
}

/** What a message makes, made once for all targets of a dialect. */
function kept(
  { sharesBodies }: TargetEntry,
  maker: object,
  { bodies }: LiveMessage,
  make: () => Uint8Array | null,
): Uint8Array | null {
  // A target's own params may stand in the body.
  if (!sharesBodies) return make()
  let body = bodies.get(maker)
  if (body === undefined) {
    body = make()
    bodies.set(maker, body)
  }
  return body
}
