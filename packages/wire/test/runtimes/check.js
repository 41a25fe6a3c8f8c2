/**
 * The same check in every runtime, over the package as it is published: the whole suite, with every vector, over every
 * dialect, and what depends on how a runtime decodes text. `test/runtimes.proof.test.ts` puts `vectors.js` beside it.
 */
import { compile, dialect, verify, verifySync } from '@posthorn/wire'
import { checkVector, dialectSuite } from '@posthorn/wire/conformance'
import vectorFiles from './vectors.js'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const now = 1_764_000_000_000
const message = { id: 'msg_1', type: 'a', payload: '{"a":1}', occurredAt: now, acceptedAt: now }
const options = { dialect: 'standard', secret, now }

/** A body, signed as it is, and what verifying it says. */
const bodies = [
  { name: 'text of several scripts', body: bytes('{"a":"Zoë 漢 😀 \ufffd"}'), says: 'ok' },
  { name: 'white space around it', body: bytes(' {"a":1}\n'), says: 'ok' },
  { name: 'longer than what is kept in memory', body: bytes(JSON.stringify({ a: 'é'.repeat(70_000) })), says: 'ok' },
  { name: 'no UTF-8', body: Uint8Array.of(0x22, 0xc3, 0x28, 0x22), says: 'malformed_body' },
  { name: 'half a character at the end', body: Uint8Array.of(0x22, 0x61, 0x22, 0xe2, 0x82), says: 'malformed_body' },
  { name: 'a byte order mark', body: bytes('\ufeff{"a":1}'), says: 'malformed_body' },
  { name: 'no JSON', body: bytes('{"a":01}'), says: 'malformed_body' },
  { name: 'a member that stands twice', body: bytes('{"a":1,"\\u0061":2}'), says: 'malformed_body' },
  { name: 'nested too deep', body: bytes('['.repeat(65) + ']'.repeat(65)), says: 'malformed_body' },
  { name: 'too many members', body: bytes(`[${'1,'.repeat(10_000)}1]`), says: 'malformed_body' },
]

/** @returns {Promise<{ passed: number, failures: string[], isSync: boolean }>} */
export async function check() {
  const failures = []
  let passed = 0
  const isSync = hasSync()
  const attempt = async (name, run) => {
    try {
      await run()
      passed++
    } catch (error) {
      failures.push(`${name}: ${String(error)} ${String(error.cause ?? '')}`)
    }
  }

  for (const file of vectorFiles) {
    const data = typeof file.dialect === 'string' ? dialect(file.dialect).dialect : file.dialect
    const compiled = compile(data)
    // The suite makes new keys, and asymmetric ones cannot be made without node:crypto.
    const isWhole = isSync || data.signatures.every(({ algorithm }) => algorithm !== 'ed25519')
    const tests = isWhole
      ? dialectSuite(data, { vectors: file.vectors, cases: 5 })
      : file.vectors.map((vector) => ({ name: vector.name, run: () => checkVector(compiled, vector) }))
    for (const { name, run } of tests) await attempt(name, run)
  }

  for (const { name, body, says } of bodies) {
    const input = { message, url: 'https://example.com', secrets: [secret], sentAt: now, attempt: 1, body }
    const { headers } = await dialect('standard').encode(input)
    await attempt(name, async () => equal(codeOf(await verify({ headers, body }, options)), says))
    const flipped = Uint8Array.from(body, (byte, index) => (index === 1 ? byte ^ 1 : byte))
    await attempt(`${name}, one bit flipped`, async () =>
      equal(codeOf(await verify({ headers, body: flipped }, options)), 'signature_mismatch'),
    )
    if (!isSync) continue
    await attempt(`${name}, at once`, () => {
      equal(JSON.stringify(dialect('standard').encodeSync(input).headers), JSON.stringify(headers))
      equal(codeOf(verifySync({ headers, body }, options)), says)
      equal(codeOf(verifySync({ headers, body: flipped }, options)), 'signature_mismatch')
    })
  }
  return { passed, failures, isSync }
}

function hasSync() {
  try {
    dialect('standard').encodeSync({ message, url: '', secrets: [secret], sentAt: now, attempt: 1 })
    return true
  } catch (error) {
    equal(error.code, 'sync_unavailable')
    return false
  }
}

function bytes(text) {
  return new TextEncoder().encode(text)
}

function codeOf(result) {
  return result.ok ? 'ok' : result.code
}

function equal(found, expected) {
  if (found !== expected) throw new Error(`expected ${expected}, found ${found}`)
}
