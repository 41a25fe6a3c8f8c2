import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EngineError, open, type Engine } from '../src/index.ts'
import { calls } from '../src/calls/calls.ts'
import type { Parameter } from '../src/calls/parameter.ts'

/** What a program in JavaScript may give where something else is declared. */
const cycle: Record<string, unknown> = {}
cycle['self'] = cycle
const strange: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  'a number': 7,
  'a BigInt': 10n,
  'a function': () => 1,
  'a symbol': Symbol('s'),
  'a list': [undefined],
  'a list of lists': [[10n]],
  'a Map': new Map([['eventType', 'a']]),
  'a Date': new Date(Number.NaN),
  'half of a surrogate pair': '\ud83d',
  'an object without a prototype': Object.create(null),
  'an object with a BigInt': { n: 10n },
  'a cycle': cycle,
  'a getter that throws': {
    get payload() {
      throw new Error('no')
    },
  },
  'another getter that throws': {
    get file() {
      throw new Error('no')
    },
  },
  'members of all wrong types': {
    name: 7,
    eventType: Symbol('x'),
    payload: 5,
    limit: 'ten',
    since: 'yesterday',
    reason: 9,
    secret: [],
    filter: 'x',
    iterator: {},
    url: [],
    file: 3,
  },
  'members that write strangely': {
    idempotency: { key: 5n },
    actor: 7,
    ifMatch: 'x',
    customer: 9,
    name: 'n',
    url: 'u',
  },
  'members that are null': { name: null, eventType: null, payload: null, since: null, reason: null, filter: null },
}

let engine: Engine

beforeAll(async () => {
  engine = await open({ database: 'sqlite::memory:', threads: false })
  await engine.applications.create('org_test', { uid: 'acme', name: 'Acme' })
  await engine.endpoints.create('org_test', 'acme', { uid: 'ep', url: 'https://example.com/' })
  await engine.operations.create('org_test', 'acme', { callbackUrl: 'https://example.com/' })
})

afterAll(() => engine.close({ graceMs: 0 }))

/** Every call of the engine, by its path. */
const all = Object.entries(calls).flatMap(([noun, entry]: [string, object]): string[][] =>
  Array.isArray(entry) || 'atOnce' in entry ? [[noun]] : Object.keys(entry).map((verb) => [noun, verb]),
)
const strangeCalls = all.filter(([noun]) => noun !== 'close' && noun !== 'idle').map((path) => path.join('.'))

async function outcome(path: readonly string[], given: readonly unknown[]): Promise<unknown> {
  let call: unknown = engine
  for (const step of path) call = (call as Record<string, unknown>)[step]
  try {
    await (call as (...values: unknown[]) => unknown)(...given)
    return null
  } catch (error) {
    return error
  }
}

const valid = ['org_test', 'acme', 'ep']

test.each(strangeCalls)('%s never fails with a TypeError, whatever it is given', async (path) => {
  for (const [name, value] of Object.entries(strange)) {
    for (let place = 0; place < 6; place++) {
      const given = [...valid.slice(0, place), ...Array<unknown>(6 - place).fill(value)].slice(0, 6)
      const error = await outcome(path.split('.'), given)
      if (error !== null) expect(error, `argument ${place + 1} and those after it: ${name}`).toBeInstanceOf(EngineError)
    }
  }
})

describe('an option that does not exist', () => {
  beforeAll(() => engine.applications.create('org_test', { uid: 'opts', name: 'Options' }))

  type Table = Readonly<Record<string, unknown>>
  const parametersOf = (path: readonly string[]): readonly Parameter[] => {
    const entry = path.reduce<unknown>((table, step) => (table as Table)[step], calls)
    return Array.isArray(entry) ? entry : (entry as { atOnce: readonly Parameter[] }).atOnce
  }
  /** Every place of every call at which options are taken: an object that may be left out, or a text. */
  const places = all.flatMap((path) =>
    parametersOf(path).flatMap((parameter, place) =>
      parameter(undefined) === null && parameter({}) === null ? [[path.join('.'), place] as const] : [],
    ),
  )

  test('is looked for in every call that takes options', () => {
    expect(places.length).toBeGreaterThan(40)
  })

  test.each(places)('of %s, argument %i, is refused and named', async (path, place) => {
    const given = [...valid, 'ep', 'ep'].slice(0, place)
    for (const [at, parameter] of parametersOf(path.split('.')).slice(0, place).entries())
      if (parameter(given[at]) !== null) given[at] = exampleOf(parameter) as string
    for (const name of ['customr', 'notThere', 'toString', '']) {
      const error = await outcome(path.split('.'), [...given, { [name]: 'x' }])
      expect(error, name).toMatchObject({ name: 'EngineError', code: 'invalid', field: name })
      expect((error as Error).message).toContain(`There is no option \`${name}\`. `)
    }
  })

  /** An argument before the options that is no text. */
  function exampleOf(parameter: Parameter): unknown {
    const members = {
      uid: 'u',
      name: 'n',
      eventType: 'a',
      since: 0,
      reason: 'r',
      payload: '{}',
      create: {},
      replace: {},
    }
    const names = Object.keys(members)
    for (let bits = 0; bits < 2 ** names.length; bits++) {
      const example = Object.fromEntries(Object.entries(members).filter((_, index) => bits & (1 << index)))
      if (parameter(example) === null) return example
    }
    throw new Error('no example')
  }

  test('names the one that was probably meant, and nothing is made with the rights of the vendor', async () => {
    const before = (await engine.endpoints.list('org_test', 'opts')).data.length
    const error = await outcome(
      ['endpoints', 'create'],
      ['org_test', 'opts', { url: 'https://example.com/', headers: { 'x-a': 'b' } }, { customr: 'app_x' }],
    )
    expect(error).toMatchObject({
      code: 'invalid',
      field: 'customr',
      message: 'There is no option `customr`. Did you mean `customer`?',
    })
    expect((await engine.endpoints.list('org_test', 'opts')).data).toHaveLength(before)
  })

  test.each([[undefined], [null], [7]])('a customer that is %s is not the vendor', async (customer) => {
    const given = ['org_test', 'opts', { url: 'https://example.com/' }, { customer }]
    expect(await outcome(['endpoints', 'create'], given)).toMatchObject({ code: 'invalid', field: 'customer' })
    expect(await outcome(['eventTypes', 'list'], ['org_test', { customer }])).toMatchObject({ field: 'customer' })
  })

  test.each([
    ['of an object that must be there', ['endpoints', 'recover'], [...valid, { since: 0, untl: 1 }], 'untl'],
    ['of an object that may be empty', ['endpoints', 'rotateSecret'], [...valid, { secrt: 'x' }], 'secrt'],
    ['of the page of a list', ['messages', 'list'], ['org_test', 'opts', { limt: 1 }], 'limt'],
    ['of a change by uid', ['applications', 'put'], ['org_test', 'x', { create: {}, replace: {}, uuid: 'x' }], 'uuid'],
    ['of a result', ['operations', 'complete'], ['org_test', 'opts', 'x', { payload: '{}', nme: 'x' }], 'nme'],
    [
      'inside another',
      ['send'],
      ['org_test', 'opts', { eventType: 'a' }, { idempotency: { key: 'k', fingerprnt: 'f' } }],
      'idempotency',
    ],
    ['among the fields of a noun', ['endpoints', 'create'], ['org_test', 'opts', { url: 'x', urll: 'x' }], 'urll'],
    [
      'among the fields of a message',
      ['send'],
      ['org_test', 'opts', { eventType: 'a', payload: {}, chanels: ['x'] }],
      'chanels',
    ],
    [
      'among the fields of a search',
      ['applications', 'findOrCreate'],
      ['org_test', { uid: 'x', name: 'x', nam: 'x' }],
      'nam',
    ],
    ['among the options of close', ['close'], [{ gracMs: 0 }], 'gracMs'],
  ])('is refused %s', async (_, path, given, field) => {
    expect(await outcome(path, given)).toMatchObject({ name: 'EngineError', code: 'invalid', field })
  })
})

describe('send', () => {
  beforeAll(() => engine.applications.create('org_test', { uid: 'sends', name: 'Sends' }))

  const payloads: Readonly<Record<string, readonly [payload: unknown, field: string]>> = {
    'a BigInt': [{ n: 10n }, 'payload.n'],
    'a function in a list': [{ a: [() => 1] }, 'payload.a.0'],
    'undefined in a list': [{ a: [1, undefined] }, 'payload.a.1'],
    NaN: [{ price: 0 / 0 }, 'payload.price'],
    'a Map': [{ m: new Map() }, 'payload.m'],
    'a cycle': [{ deep: cycle }, 'payload.deep.self'],
    'half of a surrogate pair': [{ t: 'x\ud83d' }, 'payload.t'],
    'half of a pair in JSON text': ['{"t":"\ud83d"}', 'payload'],
  }

  test.each(Object.entries(payloads))(
    'refuses %s, names the place and accepts nothing',
    async (_, [payload, field]) => {
      const error = await outcome(['send'], ['org_test', 'sends', { eventType: 'a', payload }])
      expect(error).toMatchObject({ name: 'EngineError', code: 'invalid', field })
      expect((error as Error).message).toMatch(/^`payload.*\. [A-Z].*\.$/)
      expect((await engine.messages.list('org_test', 'sends')).data).toEqual([])
    },
  )

  test('takes what JSON can hold: a Date, a member that is undefined', async () => {
    const payload = { at: new Date(0), none: undefined }
    const sent = await engine.send('org_test', 'sends', { eventType: 'a', payload, deliver: false })
    expect(sent.payload).toBe('{"at":"1970-01-01T00:00:00.000Z"}')
  })
})

describe('an organisation that no token could name', () => {
  test.each(['sends', 'org_', 'org_a b', 'ORG_acme', 'org_é', `org_${'a'.repeat(65)}`, '', 'org_a/b', 'org_a\n'])(
    '%j is refused wherever it would begin',
    async (org) => {
      const begins = [
        engine.applications.create(org, { name: 'A' }),
        engine.eventTypes.create(org, { name: 'a' }),
        engine.eventTypes.put(org, 'a', {}),
        engine.applications.put(org, 'a', { uid: 'a', create: { name: 'A' }, replace: { name: 'A' } }),
        engine.applications.findOrCreate(org, { uid: 'a', name: 'A' }),
        engine.dialects.put(org, 'own', {}),
      ]
      for (const begin of begins)
        await expect(begin).rejects.toMatchObject({
          code: 'invalid',
          field: 'org',
          message: expect.stringContaining('`org_` and then 1 to 64 letters'),
        })
    },
  )
})

describe('open', () => {
  const memory = { database: 'sqlite::memory:', threads: false }
  const refused: Readonly<Record<string, readonly [options: unknown, field: string]>> = {
    'no options': [undefined, 'options'],
    null: [null, 'options'],
    'no database': [{}, 'database'],
    'a number as database': [{ database: 5 }, 'database'],
    'a misspelt option': [{ ...memory, databse: 'x' }, 'databse'],
    'the name of a method of every object': [{ ...memory, toString: 1 }, 'toString'],
    'a policy that is no object': [{ ...memory, policy: 5 }, 'policy'],
    'a BigInt as timeout': [{ ...memory, policy: { timeoutSeconds: 10n } }, 'policy.timeoutSeconds'],
    'waits that are a text': [{ ...memory, policy: { retrySchedule: 'x' } }, 'policy.retrySchedule'],
    'a limit that is a text': [{ ...memory, limits: { inFlight: 'x' } }, 'limits.inFlight'],
    'a preset that is null': [{ ...memory, presets: [null] }, 'presets'],
    'a dialect that is a number': [{ ...memory, dialects: [5] }, 'dialects'],
    'a check that does not exist': [{ ...memory, checks: ['type'] }, 'checks'],
    'a range that is none': [{ ...memory, allowPrivate: ['x'] }, 'allowPrivate'],
    'a retention of NaN': [{ ...memory, retentionDays: Number.NaN }, 'retentionDays'],
    'a clock without methods': [{ ...memory, clock: {} }, 'clock'],
    'a key that is a number': [{ ...memory, secretKey: 5 }, 'secretKey'],
  }

  test('refuses a dialect that cannot be one', async () => {
    const refusal = open({ ...memory, dialects: [{ name: 'own' }] } as never)
    await expect(refusal).rejects.toMatchObject({ name: 'EngineError', code: 'dialect_refused', field: 'dialects' })
  })

  test.each(Object.entries(refused))('refuses %s and names it', async (_, [options, field]) => {
    await expect(open(options as never)).rejects.toMatchObject({ name: 'EngineError', code: 'invalid', field })
  })
})

test('a value of another type is named in the sentence about it', async () => {
  const input = { name: 'A', metadata: { plan: 5 } } as never
  await expect(engine.applications.create('org_test', input)).rejects.toMatchObject({
    field: 'metadata.plan',
    message: '`metadata.plan` must be a text, and it is a number.',
  })
})
