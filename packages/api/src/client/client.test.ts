import { expect, test } from 'vitest'
import { createClient } from './client.ts'

const entry = { id: 'atmpt_1', url: 'https://example.com/' }

/** A client of a server that answers with these bytes, in these pieces. */
function clientOf(pieces: readonly string[], headers: Record<string, string> = {}) {
  const answer = async () => {
    const body = ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)))
    return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8', ...headers } })
  }
  return createClient({ url: 'http://127.0.0.1:8071', token: 'a.b.c', fetch: answer })
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}

test('a stream yields attempts; a listener gets heartbeats and the time to wait, and openedAt is when it began', async () => {
  const line = `event: attempt\r\ndata: ${JSON.stringify(entry)}\r\n\r\n`
  const client = clientOf(['retry: 2000\r\n: here\r\n\r\n', line.slice(0, 30), line.slice(30), ': still here\n\n'], {
    date: 'Sun, 22 Nov 2026 14:00:00 GMT',
  })
  const signs: number[] = []
  const waits: number[] = []
  const stream = await client.log.stream({ onHeartbeat: () => signs.push(1), onRetry: (waitMs) => waits.push(waitMs) })
  expect(stream.openedAt).toBe(Date.UTC(2026, 10, 22, 14))
  expect(await all(stream)).toEqual([entry])
  expect(signs).toHaveLength(4)
  expect(waits).toEqual([2000])
})

test('other events, which a newer server may send, are ignored', async () => {
  const stream = await clientOf([
    `event: other\ndata: 1\n\nevent: attempt\ndata: ${JSON.stringify(entry)}\n\n`,
  ]).log.stream()
  expect(stream.openedAt).toBeNull()
  expect(await all(stream)).toEqual([entry])
})

test('a response that is not a stream is an error', async () => {
  const page = clientOf(['<h1>Welcome</h1>'], { 'content-type': 'text/html' })
  await expect(page.log.stream()).rejects.toMatchObject({ name: 'ApiError', code: 'not_a_stream' })
  const odd = await clientOf(['event: attempt\ndata: hello\n\n']).log.stream()
  await expect(all(odd)).rejects.toMatchObject({ code: 'not_a_stream' })
})

test('a body that JSON cannot hold is refused with its place, and nothing is sent', async () => {
  let sent = 0
  const client = createClient({
    url: 'http://127.0.0.1:8071',
    token: 'a.b.c',
    fetch: async () => (sent++, new Response('{}')),
  })
  const call = client.message.create({ params: { app_id: 'a' }, body: { eventType: 'a', payload: { total: [1n] } } })
  await expect(call).rejects.toThrow('message.create: `body.payload.total.0` is a BigInt')
  expect(sent).toBe(0)
})
