import type { DialectOut } from '@posthorn/api'
import { dialects as builtIn, type Dialect } from '@posthorn/wire'
import type { HandlersOf } from '../http/handler.ts'
import { notFound } from '../http/refusal.ts'

export const dialects: HandlersOf<'dialect'> = {
  'dialect.list': ({ query }) => {
    const from = query.iterator === undefined ? 0 : builtIn.findIndex(({ name }) => name === query.iterator) + 1
    const data = builtIn.slice(from, from + (query.limit ?? 50)).map(dialectOut)
    return {
      data,
      iterator: data.at(-1)?.name ?? null,
      prevIterator: data[0]?.name ?? null,
      done: from + data.length >= builtIn.length,
    }
  },

  'dialect.get': ({ params }) => {
    const found = builtIn.find(({ name }) => name === params.dialect_name)
    if (!found) throw notFound()
    return dialectOut(found)
  },
}

function dialectOut(dialect: Dialect): DialectOut {
  const params = Object.entries(dialect.params ?? {}).map(
    ([name, { required = false, description }]) => [name, { required, description }] as const,
  )
  return {
    name: dialect.name,
    title: dialect.title,
    version: dialect.version,
    builtIn: true,
    params: Object.fromEntries(params),
    definition: { ...dialect },
  }
}
