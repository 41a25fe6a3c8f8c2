import type { DialectOut } from '@posthorn/api'
import type { DialectInfo, Engine } from '@posthorn/engine'
import { dialectAnswer, EngineError } from '@posthorn/engine'
import { documentDialect } from '@posthorn/wire'
import type { HandlersOf } from '../http/handler.ts'
import { namedPage } from '../http/paging.ts'
import { notFound } from '../http/refusal.ts'
import { Reply } from '../http/reply.ts'

const dialectOut: (info: DialectInfo) => DialectOut = dialectAnswer

export const dialects: HandlersOf<'dialect'> = {
  'dialect.list': ({ engine, org, query }) =>
    namedPage(
      `dialects ${org}`,
      engine.dialects.list(org).map((info) => ({ ...info, name: info.dialect.dialect.name })),
      query,
      dialectOut,
    ),

  'dialect.get': ({ engine, org, params, query }) =>
    dialectOut(dialectOf(engine, org, params.dialect_name, query.version)),

  'dialect.put': async ({ engine, org, params, body, write }) => {
    const { created, ...info } = await engine.dialects.put(org, params.dialect_name, body, write)
    return created ? new Reply(201, dialectOut(info)) : dialectOut(info)
  },

  'dialect.delete': async ({ engine, org, params, write }) => {
    await engine.dialects.delete(org, params.dialect_name, write).catch(refuseMissing)
    return undefined
  },

  'dialect.document': async ({ engine, org, params, query }) => {
    const { dialect } = dialectOf(engine, org, params.dialect_name, query.version)
    const example = Object.keys(dialect.dialect.params ?? {}).map((name) => [name, '1'] as const)
    return documentDialect(dialect.dialect, {
      sample: { type: 'invoice.paid', payload: '{"invoice":42,"total":"12.50"}', params: Object.fromEntries(example) },
    })
  },
}

/** A dialect that the path names. */
function dialectOf(engine: Engine, org: string, name: string, version?: number): DialectInfo {
  try {
    return engine.dialects.get(org, name, version)
  } catch (error) {
    return refuseMissing(error)
  }
}

/** A dialect of the path that does not exist is a 404; the engine names a field, as for a body. */
function refuseMissing(error: unknown): never {
  if (error instanceof EngineError && error.code === 'unknown_dialect') throw notFound()
  throw error
}
