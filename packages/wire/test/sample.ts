/** A message and secrets for any dialect, made from its definition: a new dialect needs nothing here. */
import type { CompiledDialect, Slot, WireMessage } from '@posthorn/wire'

/** @param text of every param that is not a number */
export function sampleMessage(compiled: CompiledDialect, timeMs: number, text: string): WireMessage {
  const numbers = new Set<string>()
  JSON.stringify(compiled.dialect, (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && (value as Slot).as === 'number') numbers.add((value as Slot).$)
    return value
  })
  const params = Object.keys(compiled.dialect.params ?? {}).map((name) => [
    name,
    numbers.has(`param.${name}`) ? '12' : text,
  ])
  return {
    id: 'msg_0K3OcC9O39pNCR5O',
    type: 'visitor.signin',
    // Names that no envelope has: the payload's members may stand beside its own.
    payload: '{"Zoë 😀": "Zoë", "n 1": 1.5, "t \\"": "\\u00e9 \\"x\\" \\\\", "l []": [1, 2]}',
    occurredAt: timeMs,
    acceptedAt: timeMs,
    params: Object.fromEntries(params) as Record<string, string>,
    claim: 'claim-7',
  }
}

/**
 * Two secrets of a dialect, the same in every run; none where it does not sign. The second cannot be typed on every
 * keyboard, where the dialect allows that.
 */
export function sampleSecrets(compiled: CompiledDialect): string[] {
  const made = [1, 2].flatMap(
    (seed) =>
      compiled.newSecret((bytes) => Uint8Array.from({ length: bytes }, (_, index) => (index * 7 + seed) % 256)) ?? [],
  )
  const odd = 'Zoë’s shared secret, which is long enough for any key'
  return made.length === 2 && compiled.checkSecret(odd) === null ? [made[0]!, odd] : made
}
