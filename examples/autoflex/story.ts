/**
 * Autoflex10's callback, both ends: a vendor whose backup takes its time, and a customer's program for Deno that is called when
 * it is ready. README.md says which sentence of the vendor's document each step is.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiError } from '@posthorn/api'
import { certificates, type Certificates } from '../../packages/cli/src/dev/certificates.ts'
import { asking, signIn, tokenFor, type Answer, type Ask } from './ask.ts'
import type { Made } from './backup.ts'
import { garage, otherGarage } from './customers.ts'
import { runClient, type Told } from './run-client.ts'
import { chapter, say, tellOf } from './print.ts'
import { ensure, StoryError } from './story-error.ts'
import { startVendor, type Vendor } from './vendor.ts'

const folder = await mkdtemp(join(tmpdir(), 'posthorn-autoflex-'))
try {
  await tell()
} catch (error) {
  // What the server refuses is a sentence too; everything else is a bug, and shows where.
  if (!(error instanceof StoryError || error instanceof ApiError)) throw error
  console.error(`\nIt did not go as it should: ${error.message}`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true })
}

async function tell(): Promise<void> {
  const tls = await certificates(folder, Date.now())
  const made: Made[] = []
  await using vendor = await startVendor(tls, (file) => {
    made.push(file)
    tellOf('vendor', `the backup is made: ${file.name}, ${file.bytes} bytes, SHA-256 ${file.sha256}`)
  })
  const ask = asking(vendor.url, tls.ca)
  await refusals(ask)
  const told = await flow(vendor, tls)
  await nobodyElse(ask, told)
  await log(vendor, told)
  compare(made, told)
}

/** What the vendor does not begin with. */
async function refusals(ask: Ask): Promise<void> {
  chapter('What is refused')
  expectStatus('GET /authenticate with a wrong password', await signIn(ask, { ...garage, password: 'x' }), 401)
  const webhook_url = 'https://127.0.0.1/'
  expectStatus('POST /backup/owner without a token', await ask('POST', '/backup/owner', { body: { webhook_url } }), 401)
  const token = await tokenFor(ask, garage)
  expectStatus('POST /backup/owner without a webhook_url', await ask('POST', '/backup/owner', { token, body: {} }), 400)
  const insecure = { webhook_url: 'http://127.0.0.1/' }
  expectStatus('POST /backup/owner with http', await ask('POST', '/backup/owner', { token, body: insecure }), 400)
}

/** From the request to the file. The customer's program tells it. */
async function flow({ url }: Vendor, tls: Certificates): Promise<Told> {
  chapter('The flow')
  const told = await runClient({ folder, tls, vendor: url, customer: garage }, (line) => tellOf('client', line))
  const [first, second, ...more] = told.ids
  ensure(first !== undefined && second !== undefined && more.length === 0, 'The callback did not come twice.')
  ensure(first === second, 'The second callback brought another id than the first.')
  return told
}

/** The id alone is worth nothing: it takes the token of whom it was sent to. */
async function nobodyElse(ask: Ask, { ids: [id = ''] }: Told): Promise<void> {
  chapter('Nobody else')
  const [own, others] = [await tokenFor(ask, garage), await tokenFor(ask, otherGarage)]
  const unknown = 'f47ac10b-58cc-4372-a567-0e02b2c3d479'
  const get = (secret: string, token?: string) =>
    ask('GET', `/webhook?id=${secret}`, token === undefined ? {} : { token })
  expectStatus('GET /webhook with an id that never was', await get(unknown, own), 404)
  expectStatus('GET /webhook with the id, and no token', await get(id), 401)
  expectStatus('GET /webhook with the id, and another’s token', await get(id, others), 404)
  expectStatus('GET /webhook with the id, once more', await get(id, own), 200)
}

/** Who may read the log cannot fetch the result with what is in it. */
async function log(vendor: Vendor, { ids: [id = ''] }: Told): Promise<void> {
  chapter('The vendor’s log')
  const rows = await vendor.log(garage)
  for (const { eventType, attempt, result, code, url } of rows)
    console.log(`   ${eventType}  attempt ${attempt}  ${code} ${result.padEnd(7)}  ${url}`)
  ensure(rows.map(({ code }) => code).join() === '503,200', 'The log does not have the two attempts.')
  ensure(!JSON.stringify(rows).includes(id), 'The log has the whole id.')
}

function compare(made: readonly Made[], { bytes, sha256 }: Told): void {
  ensure(made.length === 1, `${made.length} backups were made.`)
  const isSame = made[0]!.sha256 === sha256 && made[0]!.bytes === bytes
  ensure(isSame, 'What was downloaded is not what was made.')
  console.log(`\nThe file that was downloaded is the one that was made: ${bytes} bytes, SHA-256 ${sha256}.`)
}

function expectStatus(what: string, { status, text, json }: Answer, expected: number): void {
  ensure(status === expected, `${what} was answered ${status}: ${text}`)
  say(what, `${status} ${(json as { readonly detail?: string }).detail ?? ''}`.trimEnd())
}
