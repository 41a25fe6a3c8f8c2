/**
 * What a customer of ScreenMeet runs: takes the events of support sessions, and believes what one of its keys has signed. Node's own
 * modules and nothing else.
 *
 *     CERTIFICATE=certificate.pem PRIVATE_KEY=private-key.pem SIGNING_KEYS=signing-keys.txt node receiver.js
 *
 * Prints a line of JSON for each request. Keys are named by the beginning of their hash, since a log is no place for them.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'

const { CERTIFICATE = '', PRIVATE_KEY = '', SIGNING_KEYS = '', PORT = '0' } = process.env
const mostBytes = 2_000_000

const server = createServer(
  { cert: readFileSync(CERTIFICATE), key: readFileSync(PRIVATE_KEY) },
  (request, response) => {
    receive(request, response).catch(() => response.destroy())
  },
)
server.listen(Number(PORT), '127.0.0.1', () => print({ listening: `https://127.0.0.1:${server.address().port}` }))

async function receive(request, response) {
  if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end()
  const body = await bytesOf(request)
  if (body === null) return void response.writeHead(413).end()
  const seen = { at: new Date().toISOString(), path: request.url, signature: request.headers['x-signature'] }
  const key = signerOf(body, request.headers, await signingKeys())
  if (key === null) {
    print({ ...seen, answered: 401 })
    return void response.writeHead(401).end('The signature is not ours.')
  }
  // It is text/plain so that nobody has parsed it up to here.
  const events = JSON.parse(body.toString('utf8'))
  print({ ...seen, answered: 200, key: nameOf(key), events: events.map(({ type, message }) => ({ type, message })) })
  response.writeHead(200).end()
}

/** Read anew each time: whoever adds a key, or takes one out, has nothing to restart. */
async function signingKeys() {
  const text = await readFile(SIGNING_KEYS, 'utf8')
  return text.split('\n').filter((line) => line !== '')
}

/** Which of the keys has signed these bytes; `null`: none. The algorithm in the header is compared, never used. */
function signerOf(body, headers, keys) {
  if (headers['x-signature-algo'] !== 'sha256') return null
  const given = Buffer.from(headers['x-signature'] ?? '')
  const isBy = (key) => {
    const expected = Buffer.from(createHmac('sha256', key).update(body).digest('hex'))
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
  return keys.find(isBy) ?? null
}

async function bytesOf(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > mostBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function nameOf(key) {
  return createHash('sha256').update(key).digest('hex').slice(0, 8)
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
