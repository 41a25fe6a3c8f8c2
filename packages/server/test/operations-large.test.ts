import { fork, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { get, request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jwtSecret, request, secretKey, token } from './support.ts'
import { startWireReceiver } from './vendors/wire-receiver.ts'

// Files as large as they may be, at a server in a process of its own.

const mb = 1024 * 1024
const app = '/api/v1/app/acme'
let folder: string
let child: ChildProcess
let url: string
let bearer: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-large-'))
  child = fork(new URL('operations-process.ts', import.meta.url), {
    execArgv: ['--conditions=posthorn-source'],
    env: {
      POSTHORN_PORT: '0',
      POSTHORN_DATABASE_URL: `sqlite:${folder}`,
      POSTHORN_JWT_SECRET: jwtSecret,
      POSTHORN_SECRET_KEY: secretKey,
      POSTHORN_ALLOW_PRIVATE: '127.0.0.0/8',
    },
  })
  ;({ url } = await told<{ url: string }>())
  bearer = await token({ subject: 'org_1' })
  await post('/api/v1/app', { name: 'Acme', uid: 'acme' })
  // Whose policy takes http.
  await post(`${app}/preset`, { name: 'standard' })
})

afterAll(async () => {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
  rmSync(folder, { recursive: true, force: true })
})

const told = async <T>(): Promise<T> => (await once(child, 'message'))[0] as T
const post = (path: string, body: object) => request(url, 'POST', path, { token: bearer, body })

async function peakBytes(): Promise<number> {
  const answer = told<{ peakBytes: number }>()
  child.send('peak')
  return (await answer).peakBytes
}

/** So many bytes that differ from piece to piece, made as they are read. */
function* generated(bytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024, 0x5a)
  for (let at = 0; at < bytes; at += piece.length) {
    piece.writeUInt32BE(at)
    yield Buffer.from(piece.subarray(0, bytes - at))
  }
}

/** Streams a file up, with its length or in chunks. */
async function upload(path: string, bytes: number, headers: Record<string, string | number>): Promise<number> {
  const outgoing = httpRequest(url + path, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/octet-stream', ...headers },
  })
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  // What is refused while it is sent is cut off after the answer.
  outgoing.on('error', () => undefined)
  const sent = pipeline(Readable.from(generated(bytes)), outgoing).catch(() => undefined)
  const [answer] = await answered
  answer.resume()
  if (answer.statusCode! < 300) await sent
  else outgoing.destroy()
  return answer.statusCode!
}

async function begin(callbackUrl: string): Promise<string> {
  return ((await post(`${app}/operation`, { callbackUrl })).json as { id: string }).id
}

/** Adds to a hash what a range of the file brings, and stops in the middle where it is told to. */
async function download(
  from: string,
  hash: ReturnType<typeof createHash>,
  start: number,
  stopAt: number,
  etag?: string,
) {
  const headers = start === 0 ? {} : { range: `bytes=${start}-`, 'if-range': etag! }
  const [answer] = (await once(get(from, { headers, agent: false }), 'response')) as [IncomingMessage]
  let at = start
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, stopAt - at)
    hash.update(part)
    at += part.length
    if (at === stopAt) break
  }
  answer.destroy()
  return { status: answer.statusCode, at, etag: answer.headers.etag! }
}

it('100 MB go up and come down with little of them in memory, and an interrupted download goes on to the same bytes', async () => {
  const size = 100 * mb
  const receiver = await startWireReceiver()
  const small = await begin(`${receiver.origin}/small`)
  await upload(`${app}/operation/${small}/complete`, 1000, {})
  await expect.poll(() => receiver.arrivals.length).toBe(1)
  const before = await peakBytes()

  const id = await begin(`${receiver.origin}/large`)
  expect(await upload(`${app}/operation/${id}/complete?name=large.bin`, size, { 'content-length': size })).toBe(202)
  await expect.poll(() => receiver.arrivals.length).toBe(2)
  const claim = receiver.arrivals[1]!.target.split('=')[1]!
  const claimed = await request(url, 'GET', `${app}/operation-claim?id=${claim}`, { token: bearer })
  const { data } = claimed.json as { data: { url: string; bytes: number } }
  expect(data).toMatchObject({ name: 'large.bin', bytes: size, contentType: 'application/octet-stream' })

  const hash = createHash('sha256')
  const first = await download(data.url, hash, 0, 37 * mb + 11)
  expect(first).toMatchObject({ status: 200, at: 37 * mb + 11 })
  const rest = await download(data.url, hash, first.at, size, first.etag)
  expect(rest).toMatchObject({ status: 206, at: size })
  const expected = createHash('sha256')
  for (const piece of generated(size)) expected.update(piece)
  const digest = expected.digest('base64url')
  expect(hash.digest('base64url')).toBe(digest)
  expect(first.etag).toBe(`"${digest}"`)
  expect((await peakBytes()) - before).toBeLessThan(200 * mb)
})

it.each([
  ['which says so', { 'content-length': 100 * mb + 1 }],
  ['which does not say so', {}],
])('a byte more, %s, is a 413 and leaves nothing behind', async (_, headers) => {
  const files = readdirSync(join(folder, 'operations'))
  const id = await begin('http://127.0.0.1:9/')
  expect(await upload(`${app}/operation/${id}/complete`, 100 * mb + 1, headers)).toBe(413)
  expect(readdirSync(join(folder, 'operations'))).toEqual(files)
  const shown = await request(url, 'GET', `${app}/operation/${id}`, { token: bearer })
  expect(shown.json).toMatchObject({ state: 'running' })
})

it('an upload that is cut off leaves nothing behind', async () => {
  const id = await begin('http://127.0.0.1:9/')
  const partial = () => readdirSync(join(folder, 'operations')).filter((name) => name.startsWith(id))
  const outgoing = httpRequest(`${url}${app}/operation/${id}/complete`, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/zip', 'content-length': mb },
  })
  outgoing.on('error', () => undefined)
  outgoing.write(Buffer.alloc(1000))
  await expect.poll(partial).toHaveLength(1)
  outgoing.destroy()
  await expect.poll(partial).toEqual([])
})
