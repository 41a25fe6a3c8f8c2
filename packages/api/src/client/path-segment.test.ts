import { expect, test } from 'vitest'
import { createClient } from './client.ts'
import { pathSegment } from './path-segment.ts'

let sent = 0
const client = createClient({
  url: 'http://127.0.0.1:8071',
  token: 'a.b.c',
  fetch: async () => {
    sent += 1
    return new Response('{}')
  },
})

test.each(['.', '..', ''])('a call with the id %j sends nothing', async (id) => {
  await expect(client.endpoint.delete({ params: { app_id: 'acme', endpoint_id: id } })).rejects.toMatchObject({
    name: 'PathError',
    message: expect.stringMatching(/^params\.endpoint_id of endpoint\.delete is /),
  })
  await expect(client.application.delete({ params: { app_id: id } })).rejects.toMatchObject({ name: 'PathError' })
  await expect(client.eventType.get({ params: { event_type_name: id } })).rejects.toMatchObject({ name: 'PathError' })
  expect(sent).toBe(0)
})

test.each([
  ['a/b', 'a%2Fb'],
  ['../x', '..%2Fx'],
  ['%2e%2e', '%252e%252e'],
  ['...', '...'],
  ['a?b#c', 'a%3Fb%23c'],
])('%j becomes the segment %j', (value, segment) => {
  expect(pathSegment(value, 'the id')).toBe(segment)
})
