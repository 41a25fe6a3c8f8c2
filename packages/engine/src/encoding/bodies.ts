import type { CompiledDialect } from '@posthorn/wire'
import type { TargetEntry } from '../directory/entries.ts'
import { mustCarry } from './carry.ts'
import type { LiveMessage } from './live-message.ts'
import { wireMessage, type Sendable } from './wire-message.ts'

type Batch = NonNullable<CompiledDialect['batch']>

/**
 * The body of a request: of one message, or of the members of a batch.
 *
 * @param pushedAt when this push of them began
 */
export function bodyOf(target: TargetEntry, contents: readonly LiveMessage[], pushedAt: number): Uint8Array | null {
  const { batch } = target.dialect
  if (batch) return batch.join(contents.map((content) => elementOf(target, batch, content, pushedAt)))
  const [only] = contents
  if (!only) throw new Error('A request carries a message.')
  mustCarry(target, only)
  return kept(target, target.dialect, only, pushedAt, () =>
    target.dialect.body(wireMessage(target, only.stored, pushedAt)),
  )
}

/** The body of a message that leaves alone. Where the dialect has batches it is a batch of one. */
export function bodyAlone(target: TargetEntry, message: Sendable, pushedAt: number): Uint8Array | null {
  const { dialect } = target
  const wire = wireMessage(target, message, pushedAt)
  return dialect.batch ? dialect.batch.join([dialect.batch.element(wire)]) : dialect.body(wire)
}

/** Bytes of a message in a batch; `null`: its dialect cannot carry it any more. */
export function elementBytes(target: TargetEntry, content: LiveMessage): number | null {
  const { batch } = target.dialect
  if (!batch || content.stored.payload === null) return null
  try {
    // The time of the push is not known yet. Every time is written with as many characters.
    return elementOf(target, batch, content, content.stored.acceptedAt).length
  } catch {
    return null // It is sent alone and fails alone, with the reason in the log.
  }
}

function elementOf(target: TargetEntry, batch: Batch, content: LiveMessage, pushedAt: number): Uint8Array {
  mustCarry(target, content)
  return kept(target, batch, content, pushedAt, () => batch.element(wireMessage(target, content.stored, pushedAt)))!
}

/** What a message makes, made once for all targets of a dialect. */
function kept(
  { sharesBodies, dialect }: TargetEntry,
  maker: object,
  content: LiveMessage,
  pushedAt: number,
  make: () => Uint8Array | null,
): Uint8Array | null {
  // A target's own params may stand in the body.
  if (!sharesBodies) return make()
  const { bodies } = content
  if (dialect.pushedAtStepMs !== null) {
    // Pushes that the dialect shows as the same time have the same body. Those of another time are made again.
    const shown = pushedAt - (pushedAt % dialect.pushedAtStepMs)
    if (content.pushedAt !== shown) bodies.clear()
    content.pushedAt = shown
  }
  let body = bodies.get(maker)
  if (body === undefined) {
    body = make()
    bodies.set(maker, body)
  }
  return body
}
