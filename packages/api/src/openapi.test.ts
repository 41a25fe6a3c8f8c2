import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from './openapi.ts'
import { routes } from './routes/index.ts'
import { scopeNames } from './scopes.ts'

describe('openapi.json', () => {
  it('is up to date with the routes (to write it: npm run openapi)', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'))
    expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
  })

  it('refers only to schemas that exist', () => {
    const text = JSON.stringify(openApiDocument())
    const { components } = openApiDocument() as { components: { schemas: object } }
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(components.schemas).toHaveProperty(name!)
    expect(text).not.toContain('$defs')
  })
})

describe('the rows', () => {
  it('have unique ids and paths, and scopes that exist', () => {
    expect(new Set(routes.map((route) => route.operationId)).size).toBe(routes.length)
    expect(new Set(routes.map((route) => `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`)).size).toBe(
      routes.length,
    )
    for (const route of routes) if (route.scope !== null) expect(scopeNames).toContain(route.scope)
  })

  it('require a scope wherever they require a token', () => {
    for (const route of routes) expect(route.access === 'public', route.operationId).toBe(route.scope === null)
  })
})
