import { openApiDocument, routes, type Route } from '@posthorn/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../src/index.ts'
import { request, startTestServer, token } from './support.ts'

// The token of an application that was deleted is signed well, and names nothing.

const org = 'org_1'
let server: RunningServer
let vendor: string

beforeAll(async () => {
  server = await startTestServer()
  vendor = await token({ subject: org })
})
afterAll(() => server.close())

async function newApp(): Promise<{ id: string; customer: string; remove: () => Promise<void> }> {
  const made = await request(server.url, 'POST', '/api/v1/app', { token: vendor, body: { name: 'Acme' } })
  const { id } = made.json as { id: string }
  const remove = async (): Promise<void> => {
    const { status } = await request(server.url, 'DELETE', `/api/v1/app/${id}`, { token: vendor })
    expect(status).toBe(204)
  }
  return { id, customer: await token({ subject: id, org }), remove }
}

describe('its token gets an answer that the contract declares', () => {
  const { paths } = openApiDocument() as unknown as {
    paths: Record<string, Record<string, { readonly responses: object }>>
  }
  const rows = (routes as readonly Route[]).filter(({ access }) => access !== 'public')

  it.each(rows.map((row) => [row.operationId, row] as const))('%s', async (_, row) => {
    const { id, customer, remove } = await newApp()
    await remove()
    const path = row.path.replace('{app_id}', id).replace(/\{\w+\}/g, 'x')
    const { status } = await request(server.url, row.method, path, {
      token: customer,
      ...(row.body && { body: {} }),
    })
    expect(Object.keys(paths[row.path]![row.method.toLowerCase()]!.responses)).toContain(String(status))
    if (row.path.includes('{app_id}') && row.access === 'application') expect([404, 422]).toContain(status)
  })
})

describe('the stream of its log', () => {
  it('is a 404', async () => {
    const { customer, remove } = await newApp()
    await remove()
    for (const method of ['GET', 'HEAD'])
      expect((await request(server.url, method, '/api/v1/log/stream', { token: customer })).status).toBe(404)
  })

  it('ends when it is deleted, and only that one', async () => {
    const [gone, stays] = [await newApp(), await newApp()]
    const stop = new AbortController()
    const open = (bearer: string) =>
      fetch(`${server.url}/api/v1/log/stream`, { headers: { authorization: `Bearer ${bearer}` }, signal: stop.signal })
    const ended: string[] = []
    const closed = (name: string, response: Response) =>
      response.text().then(
        () => ended.push(name),
        () => undefined,
      )
    const ofGone = closed('gone', await open(gone.customer))
    const others = [closed('stays', await open(stays.customer)), closed('vendor', await open(vendor))]
    await gone.remove()
    await ofGone
    expect(ended).toEqual(['gone'])
    stop.abort()
    await Promise.all(others)
  })
})
