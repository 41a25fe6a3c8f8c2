/** Random messages that a dialect can carry. One seed always gives the same ones. */
import { newId, type CompiledDialect, type EncodeInput, type WireMessage } from '@posthorn/wire'

/** A whole number from 0 up to, but not including, the limit. */
export type Random = (limit: number) => number

export type Case = EncodeInput & { attempt: number; secrets: readonly string[] }

/** mulberry32: small, and good enough for tests. It makes no real secrets. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

export function randomCase(compiled: CompiledDialect, random: Random): Case {
  const { dialect } = compiled
  // Up to the year 2096: later ids cannot be told from those of other systems.
  const occurredAt = random(4_000_000) * 1_000_000 + random(1_000_000)
  const message: WireMessage = {
    id: newId('msg_', occurredAt, random(2 ** 23) * 2 ** 24 + random(2 ** 24)),
    type: pick(random, ['visitor.signin', 'room-entered', 'device.enrolled', 'a', 'x'.repeat(64)]),
    payload: randomPayload(random, compiled.reading.body.taken),
    occurredAt,
    acceptedAt: occurredAt + random(10_000),
    pushedAt: occurredAt + 10_000 + random(10_000_000),
    params: randomParams(compiled, random),
    claim: randomText(random, 'abcdef0123456789-', 36),
  }
  const secrets =
    dialect.signatures.length === 0 ? [] : [randomSecret(compiled, random), randomSecret(compiled, random)]
  const sentAt = occurredAt + 10_000 + random(1_000_000)
  const attempt = 1 + random(9)
  const input = { message, url: pick(random, urls), secrets, sentAt, attempt }
  return attempt > 1 ? { ...input, lastError: 'timeout after 10 s' } : input
}

const urls = [
  'https://example.com/hooks',
  'https://example.com/hooks?tenant=7',
  'https://example.com/hooks?',
  'http://localhost:8080/',
]

export function randomSecret(compiled: CompiledDialect, random: Random): string {
  return compiled.newSecret((bytes) => Uint8Array.from({ length: bytes }, () => random(256))) ?? ''
}

function randomParams(compiled: CompiledDialect, random: Random): Record<string, string> {
  const numeric = new Set<string>()
  JSON.stringify([compiled.dialect.request, compiled.dialect.body], (_, value: unknown) => {
    if (isSlot(value) && value.as === 'number') numeric.add(value.$)
    return value
  })
  const params: Record<string, string> = {}
  for (const [name, { required }] of Object.entries(compiled.dialect.params ?? {})) {
    if (required !== true && random(2) === 0) continue
    params[name] = numeric.has(`param.${name}`) ? String(random(1_000_000)) : randomText(random, 'abcXYZ0189-"', 12)
  }
  return params
}

function isSlot(value: unknown): value is { $: string; as?: string } {
  return typeof value === 'object' && value !== null && '$' in value
}

/** An object whose text a parser would change: spaces, escapes, numbers with trailing zeros, unsorted keys. */
function randomPayload(random: Random, taken: ReadonlySet<string> | null): string {
  const names = [
    'b',
    'a',
    'data',
    'Zoë',
    'with space',
    '\\u0061bc',
    'n\\"n',
    '$',
    '...',
    '__proto__',
    'payload',
  ].filter((name) => taken === null || !taken.has(name))
  const chosen = names.filter(() => random(2) === 0)
  const members = chosen.map(
    (name) => `${space(random)}"${name}"${space(random)}:${space(random)}${randomJson(random, 3)}${space(random)}`,
  )
  return `${space(random)}{${members.length === 0 ? space(random) : members.join(',')}}${space(random)}`
}

function randomJson(random: Random, depth: number): string {
  const kind = random(depth > 0 ? 7 : 5)
  if (kind < 4) {
    return pick(random, [
      '1.0',
      '-0',
      '12345678901234567890.10',
      '1e400',
      'true',
      'null',
      '""',
      '" two  spaces "',
      '"\\ud83d\\ude00 😀"',
      '"\\/\\u0000"',
    ])
  }
  if (kind === 4) return JSON.stringify(randomText(random, 'aé漢"\\\n😀 ', random(20)))
  const items = Array.from({ length: random(4) }, () => space(random) + randomJson(random, depth - 1) + space(random))
  return kind === 5 ? `[${items.join(',')}]` : `{${items.map((item, index) => `"k${index}":${item}`).join(',')}}`
}

function space(random: Random): string {
  return pick(random, ['', '', '', ' ', '\n  ', '\t'])
}

function randomText(random: Random, alphabet: string, length: number): string {
  const characters = Array.from(alphabet)
  return Array.from({ length }, () => pick(random, characters)).join('')
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random(items.length)] as Item
}
