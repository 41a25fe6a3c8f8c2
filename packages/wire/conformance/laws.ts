/** The laws that hold for every dialect. */
import {
  compact,
  verify,
  type CompiledDialect,
  type ReceivedMessage,
  type Slot,
  type WireRequest,
} from '@posthorn/wire'
import { pick, randomSecret, type Case, type Random } from './cases.ts'

export interface Law {
  name: string
  /** Laws about signatures do not apply to a dialect without one. */
  about: 'every dialect' | 'signed dialects' | 'dialects with a signed time'
  /** Throws when the law is broken. */
  holds(compiled: CompiledDialect, input: Case, random: Random): Promise<void>
}

export function applies(law: Law, { dialect: { signatures } }: CompiledDialect): boolean {
  if (law.about === 'every dialect') return true
  if (law.about === 'signed dialects') return signatures.length > 0
  return signatures.some(({ over }) => over.some((part) => typeof part !== 'string' && part.$ === 'sentAt'))
}

export const laws: readonly Law[] = [
  {
    name: 'reading back what was written gives the same fields',
    about: 'every dialect',
    async holds(compiled, input) {
      equal(compiled.check(input.message), null, 'the message can be sent')
      const { message: found, timestamp } = await accepted(compiled, await compiled.encode(input), input)
      const sent: Record<string, unknown> = {
        ...input.message,
        sentAt: input.sentAt,
        attempt: input.attempt,
        lastError: input.lastError,
      }
      for (const slot of slotsOf(compiled)) {
        const { $: field, as, omit } = slot
        if (field === 'payload') continue
        const name = field.startsWith('param.') ? field.slice('param.'.length) : null
        const isLeftOut = omit === 'firstAttempt' && input.attempt === 1
        const expected = isLeftOut
          ? undefined
          : name === null
            ? atPrecision(sent[field], as)
            : input.message.params?.[name]
        equal(name === null ? found[field as keyof ReceivedMessage] : found.params[name], expected, field)
      }
      if (timestamp !== null) equal(Math.floor(timestamp / 1000), Math.floor(input.sentAt / 1000), 'timestamp')
    },
  },
  {
    name: 'the payload arrives character for character',
    about: 'every dialect',
    async holds(compiled, input) {
      if (compiled.dialect.absent?.includes('payload') === true) return
      const { body } = compiled.dialect
      const text =
        body.kind === 'json' && body.compact === true ? compact(input.message.payload) : input.message.payload
      const { message: found } = await accepted(compiled, await compiled.encode(input), input)
      if (body.kind === 'payload') equal(found.payloadText, text, 'payloadText')
      else if (compiled.reading.body.taken === null) equal(found.payloadText.trim(), text.trim(), 'payloadText')
      // Where the payload is spread among the envelope's members, only the white space beside its braces is lost.
      else equal(found.payloadText, `{${text.trim().slice(1, -1).trim()}}`, 'payloadText')
    },
  },
  {
    name: 'the body is the same for every attempt',
    about: 'every dialect',
    async holds(compiled, input) {
      const body = compiled.body(input.message)
      const first = await compiled.encode({ ...input, attempt: 1 })
      const later = await compiled.encode({
        ...input,
        attempt: 7,
        sentAt: input.sentAt + 86_400_000,
        lastError: 'refused',
      })
      equal(textOf(first.body), textOf(body), 'first attempt')
      equal(textOf(later.body), textOf(body), 'later attempt')
      equal((await compiled.encode({ ...input, body })).body, body, 'the body that was kept')
    },
  },
  {
    name: 'only the headers that it reserves are written',
    about: 'every dialect',
    async holds(compiled, input) {
      const { headers } = await compiled.encode(input)
      const names = headers.map(([name]) => name.toLowerCase())
      equal(
        names.filter((name) => !compiled.reservedHeaders.includes(name)).join(),
        '',
        'headers that are not reserved',
      )
      equal(new Set(names).size, names.length, 'every header once')
      for (const [name, value] of headers)
        if (!/^[\x20-\x7e]+$/.test(value)) throw new Error(`${name} is not printable: ${value}`)
    },
  },
  {
    name: 'any flipped signed bit is refused',
    about: 'signed dialects',
    async holds(compiled, input, random) {
      // One secret only: with two signatures, a wrong one beside a right one is accepted.
      const signed = await compiled.encode({ ...input, secrets: input.secrets.slice(0, 1) })
      const { request, what } = flipBit(compiled, signed, random)
      const result = await verify(request, { ...options(compiled, input), toleranceSeconds: null })
      if (result.ok) throw new Error(`accepted with a flipped bit in ${what}`)
    },
  },
  {
    name: 'any of several keys verifies, and no other',
    about: 'signed dialects',
    async holds(compiled, input, random) {
      const other = randomSecret(compiled, random)
      const [newest = '', older = ''] = input.secrets
      const byOlder = await compiled.encode({ ...input, secrets: [older] })
      const found = await verify(byOlder, { ...options(compiled, input), secrets: [other, newest, older] })
      equal(found.ok && found.keyIndex, 2, 'the key that verifies')
      const wrong = await verify(byOlder, { ...options(compiled, input), secrets: [other] })
      equal(wrong.ok ? 'accepted' : wrong.code, 'signature_mismatch', 'a key that is none of them')
    },
  },
  {
    name: 'without a secret nothing is believed',
    about: 'signed dialects',
    async holds(compiled, input) {
      const request = await compiled.encode(input)
      for (const secrets of [[], [''], [' ']]) {
        const result = await verify(request, { ...options(compiled, input), secrets })
        equal(result.ok ? 'accepted' : result.code, 'empty_secret', `secrets ${JSON.stringify(secrets)}`)
      }
      const unsigned = await verify(await compiled.encode({ ...input, secrets: [] }), options(compiled, input))
      equal(unsigned.ok ? 'accepted' : unsigned.code, 'missing_header', 'an unsigned request')
    },
  },
  {
    name: 'a stale time is refused',
    about: 'dialects with a signed time',
    async holds(compiled, input) {
      const request = await compiled.encode(input)
      const at = async (offsetSeconds: number): Promise<string> => {
        const now = Math.floor(input.sentAt / 1000) * 1000 + offsetSeconds * 1000
        const result = await verify(request, { ...options(compiled, input), now, toleranceSeconds: 300 })
        return result.ok ? 'accepted' : result.code
      }
      equal(await at(299), 'accepted', '299 s old')
      equal(await at(302), 'timestamp_too_old', '302 s old')
      equal(await at(-299), 'accepted', '299 s early')
      equal(await at(-302), 'timestamp_in_future', '302 s early')
    },
  },
  {
    name: 'garbage gives a coded error and nothing else',
    about: 'signed dialects',
    async holds(compiled, input, random) {
      const request = await compiled.encode({ ...input, secrets: input.secrets.slice(0, 1) })
      const bytes = Uint8Array.from({ length: random(200) }, () => random(256))
      const garbage = String.fromCharCode(...bytes)
      const headers = request.headers.map(([name, value]): [string, string] => [
        name,
        random(2) === 0 ? garbage : value.slice(0, random(value.length)),
      ])
      const requests = [
        { ...request, body: bytes },
        { ...request, headers },
        { ...request, headers: [...request.headers, ...request.headers] },
        { headers: [], body: null },
        { headers: { [garbage]: garbage }, body: garbage },
      ]
      for (const one of requests) {
        const result = await verify(one, options(compiled, input))
        if (result.ok) throw new Error('garbage was accepted')
        if (!/^[a-z_]+$/.test(result.code) || result.status < 400 || result.message === '')
          throw new Error('without a code')
      }
    },
  },
]

function options(
  { dialect }: CompiledDialect,
  input: Case,
): { dialect: CompiledDialect['dialect']; secrets: readonly string[]; now: number } {
  return { dialect, secrets: input.secrets, now: input.sentAt }
}

async function accepted(
  compiled: CompiledDialect,
  request: WireRequest,
  input: Case,
): Promise<{ message: ReceivedMessage; timestamp: number | null }> {
  const result = await verify(request, options(compiled, input))
  if (!result.ok) throw new Error(`refused: ${result.code}: ${result.message} ${result.hint}`)
  const [message] = result.messages
  if (message === undefined || result.messages.length !== 1)
    throw new Error(`${result.messages.length} messages were read`)
  return { message, timestamp: result.timestamp }
}

/** Flips one bit of a signed part or of the signature. */
function flipBit(
  compiled: CompiledDialect,
  request: WireRequest,
  random: Random,
): { request: WireRequest; what: string } {
  const { signatures } = compiled.dialect
  const over = signatures.flatMap((signature) => signature.over).filter((part) => typeof part !== 'string')
  const signedNames = new Set(signatures.map(({ header }) => header))
  for (const [name, value] of Object.entries(compiled.dialect.request.headers ?? {})) {
    if (typeof value !== 'string' && over.some(({ $ }) => $ === value.$)) signedNames.add(name)
  }
  const targets: ('body' | 'url' | number)[] = request.headers.flatMap(([name], index) =>
    signedNames.has(name) ? [index] : [],
  )
  if (request.body !== null && request.body.length > 0 && over.some(({ $ }) => $ === 'body'))
    targets.push('body', 'body')
  if (over.some(({ $ }) => $ === 'url')) targets.push('url')
  const target = pick(random, targets)
  if (target === 'body') {
    const body = new Uint8Array(request.body ?? [])
    const at = random(body.length)
    body[at] = (body[at] ?? 0) ^ (1 << random(8))
    return { request: { ...request, body }, what: `byte ${at} of the body` }
  }
  if (target === 'url') return { request: { ...request, url: flipText(request.url, random) }, what: 'the url' }
  const headers = request.headers.map(([name, value], index): [string, string] => [
    name,
    index === target ? flipText(value, random) : value,
  ])
  return { request: { ...request, headers }, what: `the header ${request.headers[target]?.[0]}` }
}

function flipText(text: string, random: Random): string {
  const at = random(text.length)
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random(7))) + text.slice(at + 1)
}

/** Every slot of the dialect outside its signatures. */
function slotsOf({ dialect }: CompiledDialect): Slot[] {
  const found: Slot[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('$' in value) found.push(value as Slot)
    else Object.values(value).forEach(walk)
  }
  walk([dialect.request.headers, dialect.request.query, dialect.body.kind === 'json' ? dialect.body.shape : null])
  return found
}

function atPrecision(value: unknown, as: Slot['as']): unknown {
  return typeof value === 'number' && (as === 'unix' || as === 'iso') ? Math.floor(value / 1000) * 1000 : value
}

function textOf(body: Uint8Array | null): string | null {
  return body === null ? null : new TextDecoder().decode(body)
}

function equal(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new Error(`${what}: expected ${String(expected)}, found ${String(found)}`)
}
