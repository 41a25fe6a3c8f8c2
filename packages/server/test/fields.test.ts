/**
 * Every field of every noun, as its definition says. The cases are made from the definitions, so a new field is tried without a
 * line here: its `examples` are what is sent.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EngineError, type Engine } from '@posthorn/engine'
import { applicationFields, endpointFields, eventTypeFields, type Field, type Fields } from '@posthorn/model'
import { dialects } from '@posthorn/wire'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token, type Answer } from './support.ts'

type Body = Readonly<Record<string, unknown>>

interface Noun {
  readonly name: string
  readonly fields: Fields
  readonly table: string
  readonly collection: string
  /** What the address of one ends in. */
  key(answer: Body): string
  /** The least body of a POST. */
  least(count: number): Body
  create(engine: Engine, input: Body): Promise<Body>
  update(engine: Engine, key: string, patch: Body): Promise<Body>
  read(engine: Engine, key: string): Promise<Body>
}

const org = 'org_1'
const app = 'stage'

const nouns: readonly Noun[] = [
  {
    name: 'endpoint',
    fields: endpointFields,
    table: 'endpoint',
    collection: `/api/v1/app/${app}/endpoint`,
    key: ({ id }) => String(id),
    least: () => ({ url: 'https://hooks.acme.io/least' }),
    create: (engine, input) => engine.endpoints.create(org, app, input as never),
    update: (engine, id, patch) => engine.endpoints.update(org, app, id, patch),
    read: (engine, id) => engine.endpoints.get(org, app, id),
  },
  {
    name: 'application',
    fields: applicationFields,
    table: 'application',
    collection: '/api/v1/app',
    key: ({ id }) => String(id),
    least: () => ({ name: 'Least' }),
    create: (engine, input) => engine.applications.create(org, input as never),
    update: (engine, id, patch) => engine.applications.update(org, id, patch),
    read: (engine, id) => engine.applications.get(org, id),
  },
  {
    name: 'event type',
    fields: eventTypeFields,
    table: 'event_type',
    collection: '/api/v1/event-type',
    key: ({ name }) => String(name),
    least: (count) => ({ name: `least.${count}` }),
    create: (engine, input) => engine.eventTypes.create(org, input as never),
    update: (engine, name, patch) => engine.eventTypes.update(org, name, patch),
    read: (engine, name) => engine.eventTypes.get(org, name),
  },
]

/** What some fields need beside them, because their values depend on another field. */
const beside: Readonly<Record<string, Body>> = {
  'endpoint.batch': { dialect: 'comapi' },
  'endpoint.dialectVersion': { dialect: 'own' },
}

let server: RunningServer
let bearer: string
let count = 0

const send = (method: string, path: string, body?: Body): Promise<Answer> =>
  request(server.url, method, path, { token: bearer, ...(body && { body }) })

/** The same, where it has to succeed. */
async function done(method: string, path: string, body?: Body): Promise<Body> {
  const answer = await send(method, path, body)
  expect(answer.status, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`).toBeLessThan(300)
  return answer.json as Body
}

/** What the values of some fields name: event types, and a dialect with two versions. */
async function setStage(): Promise<void> {
  bearer = await token({ subject: org })
  await done('POST', '/api/v1/app', { name: 'Stage', uid: app })
  for (const name of ['device.enrolled', 'device.removed']) await done('POST', '/api/v1/event-type', { name })
  const { name: _, version: __, ...standard } = dialects.find(({ name }) => name === 'standard')!
  for (const title of ['Own', 'Own, changed']) await done('PUT', '/api/v1/dialect/own', { ...standard, title })
}

beforeAll(async () => {
  server = await startTestServer()
  await setStage()
})
afterAll(() => server.close())

/** How the API has a value that the engine has. */
function shown({ api, time }: Field, value: unknown): unknown {
  if (api?.show) return (api.show as (stored: unknown) => unknown)(value)
  return time && typeof value === 'number' ? new Date(value).toISOString() : value
}

/** Two values that differ, in the form of the engine. The second one is what the first is changed to. */
function valuesOf(name: string, definition: Field): readonly [first: unknown, second: unknown] {
  const examples = [...(definition.examples ?? []), ...('default' in definition ? [definition.default] : [])]
  const [first, second] = examples
  if (first === undefined || second === undefined || JSON.stringify(first) === JSON.stringify(second))
    throw new Error(`Give the field ${name} an example that is not its default; two, if it has no default.`)
  return [first, second]
}

/** A value of a type that the field does not have. */
function wrongFor(type: Field['type']): unknown {
  return [7.5, true, 'a', {}].find((value) => !type.safeParse(value).success)
}

/** What a PATCH gives so that this value stands afterwards: where it merges, nothing is left only after `null`. */
function replacing({ patch }: Field, value: unknown): unknown {
  return patch && Object.keys(value as object).length === 0 ? null : value
}

/** `actual` is `value`, or has everything that is in it (the version that a format is pinned to, for one). */
function expectValue(actual: unknown, value: unknown): void {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (isObject && Object.keys(value).length > 0) expect(actual).toMatchObject(value)
  else expect(actual).toEqual(value)
}

describe.each(nouns)('each field of $name', (noun) => {
  const { fields, collection } = noun
  const given = Object.entries(fields).filter(([, { setBy }]) => setBy !== 'engine')
  const one = (key: string) => `${collection}/${encodeURIComponent(key)}`
  const least = () => noun.least(++count)
  /** Without what is given when it is created only: the address has it. */
  const unfixed = (body: Body): Body =>
    Object.fromEntries(Object.entries(body).filter(([name]) => !fields[name]?.fixed))

  describe.each(given.filter(([, definition]) => !definition.inputOnly))('%s', (field, definition) => {
    const { api = {}, fixed, put } = definition
    const name = api.name ?? field
    const posted: string[] = []
    const stage = beside[`${noun.name}.${field}`] ?? {}
    const has = (method: 'POST' | 'PUT' | 'PATCH') =>
      (method === 'POST' || !fixed) && (api.bodies === undefined || api.bodies.includes(method))

    /** As a GET shows it, or as the engine has it where answers leave it out. */
    async function valueOf(key: string): Promise<unknown> {
      if (api.hidden) return shown(definition, (await noun.read(server.engine, key))[field])
      return (await done('GET', one(key)))[name]
    }

    async function post(value: unknown): Promise<string> {
      const body = { ...least(), ...stage, [name]: shown(definition, value) }
      const answer = await done('POST', collection, body)
      if (!api.hidden) expectValue(answer[name], shown(definition, value))
      posted.push(noun.key(answer))
      return posted.at(-1)!
    }

    // A uid can be given once.
    afterEach(async () => {
      for (const key of posted.splice(0)) await send('DELETE', one(key))
    })

    if (fixed) {
      it('is kept by POST, shown by GET, and never changed', async () => {
        const body = least()
        const key = noun.key(await done('POST', collection, body))
        expect(await valueOf(key)).toBe(body[name])
        for (const method of ['PUT', 'PATCH']) {
          const answer = await send(method, one(key), { ...(method === 'PUT' && body), [name]: 'other' })
          // A client may send back what it got, so a PUT ignores it.
          expect(answer.status).toBe(method === 'PUT' ? 200 : 422)
        }
        await expect(noun.update(server.engine, key, { [field]: 'other' })).rejects.toMatchObject({
          code: 'invalid',
          field,
        })
        expect(await valueOf(key)).toBe(body[name])
      })
    } else {
      const [first, second] = valuesOf(`${noun.name}.${field}`, definition)

      it('is kept by POST and shown by GET', async () => {
        const key = await post(first)
        expectValue(await valueOf(key), shown(definition, first))
        const stored = (await noun.read(server.engine, key))[field]
        expectValue(stored, first)
      })

      it.each(['PATCH', 'PUT'] as const)(
        'is changed by %s, or refused where the body does not have it',
        async (method) => {
          const key = await post(first)
          const base = method === 'PUT' ? unfixed({ ...noun.least(count), ...stage }) : stage
          const given = method === 'PATCH' ? replacing(definition, second) : second
          const answer = await send(method, one(key), { ...base, [name]: shown(definition, given) })
          expect(answer.status, answer.text).toBe(has(method) ? 200 : 422)
          expectValue(await valueOf(key), shown(definition, has(method) ? second : first))
        },
      )

      it(`is ${put === 'keep' || !has('PUT') ? 'kept' : 'reset'} by a PUT that leaves it out`, async () => {
        const key = await post(first)
        const body = unfixed(noun.least(count))
        await done('PUT', one(key), body)
        if ('default' in definition) {
          const isKept = put === 'keep' || !has('PUT')
          expectValue(await valueOf(key), shown(definition, isKept ? first : definition.default))
        } else expect(await valueOf(key)).toEqual(body[name])
      })

      it('stays when a PATCH leaves it out', async () => {
        const key = await post(first)
        await done('PATCH', one(key), {})
        expectValue(await valueOf(key), shown(definition, first))
      })

      it('is changed through the library', async () => {
        const key = await post(first)
        await noun.update(server.engine, key, { ...stage, [field]: replacing(definition, second) })
        expectValue((await noun.read(server.engine, key))[field], second)
      })
    }

    for (const alias of api.aliases ?? []) {
      it(`is taken and shown as ${alias.name} too`, async () => {
        const [first] = valuesOf(field, definition)
        const value = alias.show ? (alias.show as (stored: unknown) => unknown)(first) : shown(definition, first)
        const answer = await done('POST', collection, { ...least(), [alias.name]: value })
        expect(answer[alias.name]).toEqual(value)
        expect(answer[name]).toEqual(shown(definition, first))
      })
    }

    it('is refused by POST, PUT and PATCH when its type is wrong', async () => {
      const wrong = wrongFor(api.in ?? definition.input ?? definition.type)
      expect(wrong).toBeDefined()
      const key = noun.key(await done('POST', collection, least()))
      for (const [method, path] of [
        ['POST', collection],
        ['PUT', one(key)],
        ['PATCH', one(key)],
      ] as const) {
        const body = { ...(method !== 'PATCH' && noun.least(++count)), [name]: wrong }
        const answer = await send(method, path, body)
        expect(answer.status, `${method}: ${answer.text}`).toBe(422)
        const { detail } = answer.json as { detail: readonly { loc: readonly string[] }[] }
        expect(detail.map(({ loc }) => loc.slice(0, 2))).toContainEqual(['body', name])
      }
    })

    it('is refused by the library when its type is wrong', async () => {
      const wrong = wrongFor(definition.input ?? definition.type)
      const key = noun.key(await done('POST', collection, least()))
      const before = await noun.read(server.engine, key)
      for (const attempt of [
        () => noun.create(server.engine, { ...least(), [field]: wrong }),
        () => noun.update(server.engine, key, { [field]: wrong }),
      ]) {
        const refusal = await attempt().then(
          () => null,
          (error: unknown) => error as EngineError,
        )
        expect(refusal).toBeInstanceOf(EngineError)
        expect(refusal).toMatchObject({ code: 'invalid', field: expect.stringMatching(new RegExp(`^${field}\\b`)) })
      }
      expect(await noun.read(server.engine, key)).toEqual(before)
    })
  })

  it.each(Object.entries(fields).filter(([, { setBy, inputOnly }]) => setBy === 'engine' || inputOnly))(
    '%s is not among what callers set, or is not shown',
    async (field, { setBy, api, inputOnly }) => {
      const key = noun.key(await done('POST', collection, least()))
      const answer = await done('GET', one(key))
      expect(Object.hasOwn(answer, api?.name ?? field)).toBe(!inputOnly && !api?.hidden)
      if (setBy !== 'engine') return
      expect((await send('PATCH', one(key), { [api?.name ?? field]: 'x' })).status).toBe(422)
      const refused = noun.update(server.engine, key, { [field]: 'x' })
      await expect(refused).rejects.toMatchObject({ code: 'invalid', field })
    },
  )

  it('an answer has the fields of the definition and nothing else', async () => {
    const answer = await done('POST', collection, least())
    const names = Object.entries(fields).flatMap(([field, { api = {}, inputOnly }]) =>
      inputOnly || api.hidden ? [] : [api.name ?? field, ...(api.aliases ?? []).map((alias) => alias.name)],
    )
    expect(Object.keys(answer).toSorted()).toEqual(names.toSorted())
  })
})

describe('a row of an older version reads the default of a field that it lacks', () => {
  let folder: string
  let old: RunningServer
  const keys = new Map<Noun, string>()

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-fields-'))
    const start = () => startTestServer({ POSTHORN_DATABASE_URL: `sqlite:${folder}` })
    old = await start()
    await old.engine.applications.create(org, { name: 'Stage', uid: app })
    for (const noun of nouns) keys.set(noun, noun.key(await noun.create(old.engine, { ...noun.least(++count) })))
    await old.close()
    const database = new DatabaseSync(join(folder, 'queue.db'))
    for (const { table, fields } of nouns) {
      const later = Object.keys(fields).filter((field) => 'default' in fields[field]!)
      const paths = later.map((field) => `'$.${field}'`).join(', ')
      // The uid of the stage is how its endpoint is found.
      const stage = table === 'application' ? ` WHERE uid IS NULL` : ''
      database.exec(`UPDATE ${table} SET data = json_remove(data, ${paths})${stage}`)
    }
    database.close()
    old = await start()
  })
  afterAll(async () => {
    await old.close()
    rmSync(folder, { recursive: true, force: true })
  })

  describe.each(nouns)('$name', (noun) => {
    it.each(Object.entries(noun.fields).filter(([, definition]) => 'default' in definition))(
      '%s',
      async (field, definition) => {
        const key = keys.get(noun)!
        expect((await noun.read(old.engine, key))[field]).toEqual(definition.default)
        if (definition.api?.hidden) return
        const path = `${noun.collection}/${encodeURIComponent(key)}`
        const { json } = await request(old.url, 'GET', path, { token: bearer })
        expect((json as Body)[definition.api?.name ?? field]).toEqual(shown(definition, definition.default))
      },
    )
  })
})
