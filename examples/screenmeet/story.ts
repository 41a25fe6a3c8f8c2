/**
 * ScreenMeet's webhooks: support sessions, two webhooks of an organisation, and one key that signs for both and is reset while
 * events flow. README.md says which sentence of the vendor's document each step is.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EngineError, type Engine } from '@posthorn/engine'
import { certificates } from '../../packages/cli/src/dev/certificates.ts'
import { openConsole, refusalOf, type AdminConsole } from './console.ts'
import { fault, keyAt, type KeyChange } from './key-change.ts'
import { sentRequests, signatureOf, type Sent } from './log.ts'
import { chapter, say, sayReceived, time } from './print.ts'
import { nameOfKey, startReceiver, type Receiver } from './receiver.ts'
import { openSession, type SupportSession } from './session.ts'
import { ensure, StoryError } from './story-error.ts'
import { newOrganisation, openPosthorn } from './vendor.ts'
import { arrived, fromNowOn, settled } from './waiting.ts'

const overlapSeconds = 3
const both = ['/tickets', '/wallboard']

interface Story {
  readonly posthorn: Engine
  readonly organisation: string
  readonly admin: AdminConsole
  readonly receiver: Receiver
  readonly session: SupportSession
}

interface Webhooks {
  readonly tickets: string
  readonly wallboard: string
}

const folder = await mkdtemp(join(tmpdir(), 'posthorn-screenmeet-'))
try {
  await tell()
} catch (error) {
  // What the engine refuses is a sentence too; everything else is a bug, and shows where.
  if (!(error instanceof StoryError || error instanceof EngineError)) throw error
  console.error(`\nIt did not go as it should: ${error.message}`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true })
}

async function tell(): Promise<void> {
  const tls = await certificates(folder, Date.now())
  await using receiver = await startReceiver(folder, tls, sayReceived)
  const posthorn = await openPosthorn(tls.ca)
  try {
    const organisation = await newOrganisation(posthorn, 'Acme Support')
    const story: Story = {
      posthorn,
      organisation,
      receiver,
      admin: openConsole(posthorn, organisation, 'dana@acme.example'),
      session: openSession(posthorn, organisation),
    }
    const webhooks = await configure(story)
    await test(story, webhooks)
    await switchOnAndOff(story, webhooks)
    const change = await changeKey(story)
    await lookBack(story, change)
    await audit(story, change)
    console.log('\nThe key was reset in mid-stream, and nothing was refused.')
  } finally {
    await posthorn.close()
  }
}

async function configure({ admin, receiver }: Story): Promise<Webhooks> {
  chapter('Configure a Webhook')
  const { key } = await admin.showSigningKey()
  await receiver.trust(key)
  say('Integration Signing Key, Show, Copy', `key ${nameOfKey(key)}, which the receiver has from now on`)
  const plain = `${receiver.origin.replace('https:', 'http:')}/tickets`
  say('New Webhook, with http', `refused: ${await refusalOf(admin.newWebhook(plain, 'Tickets'))}`)
  const add = async (path: string, description: string): Promise<string> => {
    const id = await admin.newWebhook(receiver.origin + path, description)
    say(`New Webhook, Save: ${description}`, `${receiver.origin}${path}, Is Active is off`)
    return id
  }
  return { tickets: await add('/tickets', 'Tickets'), wallboard: await add('/wallboard', 'Wallboard') }
}

async function test({ posthorn, organisation, admin, receiver }: Story, { tickets }: Webhooks): Promise<void> {
  chapter('Test')
  const { ok, probe, message } = await admin.test(tickets)
  for (const { step, ok: fine, message: found } of probe.steps) say(step, `${fine === false ? 'failed: ' : ''}${found}`)
  ensure(ok && message !== null, 'The test of a webhook that is in order has failed.')
  await arrived(receiver, [signatureOf(message.request.headers)])
  ensure((await sentRequests(posthorn, organisation)).length === 0, 'A test is in the log.')
  say('The log', 'is empty: tests are not in it')

  const stranger = openConsole(posthorn, await newOrganisation(posthorn, 'Somebody else'), 'eve@elsewhere.example')
  const theirs = await stranger.test(await stranger.newWebhook(`${receiver.origin}/tickets`, 'Not theirs'))
  ensure(!theirs.ok && theirs.message !== null, 'The receiver takes what the key of another organisation has signed.')
  await arrived(receiver, [signatureOf(theirs.message.request.headers)])
  say('Another organisation, to our URL', 'refused by the receiver: their key has signed it')
}

async function switchOnAndOff(story: Story, { tickets, wallboard }: Webhooks): Promise<void> {
  const { admin, receiver, session } = story
  chapter('Is Active')
  /** Two things happen in the session; these webhooks are told and no others. */
  async function step(what: string, ...expected: string[]): Promise<void> {
    const next = fromNowOn(receiver)
    await session.happen()
    await session.happen()
    await next.events(expected, 2)
    await settled(story)
    const told = next.paths().join(' and ') || 'nobody'
    ensure(told === (expected.join(' and ') || 'nobody'), `${what}: ${told} was told.`)
    say(what, `${told} told, with the next event`)
  }
  await step('Both off')
  await admin.isActive(tickets, true)
  await admin.isActive(wallboard, true)
  await step('Both on', ...both)
  await admin.isActive(wallboard, false)
  await step('Wallboard off', '/tickets')
  await admin.isActive(wallboard, true)
  await step('Wallboard on', ...both)
}

/** The key is reset while events flow. The receiver has both keys before the new one signs, and drops the old one afterwards. */
async function changeKey(story: Story): Promise<KeyChange> {
  const { receiver, session } = story
  chapter('Reset Signing Key, in mid-stream')
  const stream = fromNowOn(receiver)
  const flow = session.goOn()
  let change: KeyChange
  let count: number
  try {
    change = await whileItFlows(story)
  } finally {
    count = await flow.stop()
  }
  await stream.events(both, count)
  await settled(story)
  say('The stream', `had ${count} events; each webhook was sent all of them`)
  return change
}

async function whileItFlows({ admin, receiver }: Story): Promise<KeyChange> {
  const { key: old } = await admin.showSigningKey()
  await fromNowOn(receiver).signedBy(both, old)
  await admin.resetSigningKey(overlapSeconds)
  const { next } = await admin.showSigningKey()
  ensure(next !== null, 'The console does not show which key takes over.')
  await receiver.trust(next.key, old)
  say('Reset Signing Key', `key ${nameOfKey(next.key)} signs from ${time(next.from)}; the receiver takes both`)
  await sleep(next.from - Date.now())
  say(`It is ${time(next.from)}`, `key ${nameOfKey(next.key)} signs`)
  await fromNowOn(receiver).signedBy(both, next.key)
  await receiver.trust(next.key)
  say(`Key ${nameOfKey(old)}`, 'is taken out of the receiver')
  await fromNowOn(receiver).signedBy(both, next.key)
  return { old: nameOfKey(old), next: nameOfKey(next.key), signsFrom: next.from }
}

/** What the log has, beside what the receiver says. */
async function lookBack({ posthorn, organisation, receiver, admin }: Story, change: KeyChange): Promise<void> {
  chapter('What was signed with which key')
  const sent = await sentRequests(posthorn, organisation)
  const isBefore = ({ at }: Sent): boolean => at < change.signsFrom
  const show = ({ at, path, code, events }: Sent): void =>
    say(`${time(at)}  ${path}`, `key ${keyAt(change, at)}  ${code}  events: ${events.length}`)
  sent.filter(isBefore).slice(-3).forEach(show)
  say(`${time(change.signsFrom)}  the moment`, '')
  sent
    .filter((one) => !isBefore(one))
    .slice(0, 3)
    .forEach(show)

  const wrong = fault(change, sent, receiver.received)
  ensure(wrong === null, wrong ?? '')
  const { key, next } = await admin.showSigningKey()
  ensure(nameOfKey(key) === change.next && next === null, 'The console does not show the new key as the only one.')
  say('Requests', `${sent.length}, each taken, and signed with the key of its moment`)
}

async function audit({ admin }: Story, { signsFrom }: KeyChange): Promise<void> {
  chapter('Who did what')
  const entries = await admin.audit()
  for (const { at, actor, action, detail } of entries) {
    const { switchAt } = detail
    say(
      `${time(at)}  ${actor}`,
      `${action}${typeof switchAt === 'number' ? `, the new key from ${time(switchAt)}` : ''}`,
    )
  }
  const resets = entries.filter(({ action }) => action === 'signing_key.reset')
  ensure(
    resets.length === 1 && resets[0]!.detail['switchAt'] === signsFrom,
    'The reset of the key is not in the audit.',
  )
}
