import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LogEntry } from '@posthorn/api'
import { idToBase62, idToUuid } from '@posthorn/wire'
import { localReceiver, type LocalReceiver } from './local-receiver.ts'
import { startLogServer, type LogServer } from './log-server.ts'
import { posthorn } from './memory-io.ts'

let log: LogServer
let good: LocalReceiver
let busy: LocalReceiver
let first: string
let second: string
let entries: LogEntry[]

const run = (...args: string[]) => posthorn(['log', ...args], { env: log.env })
const json = async (...args: string[]) => {
  const ran = await run(...args, '--json')
  expect(ran).toMatchObject({ code: 0 })
  return ran.out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry)
}

beforeAll(async () => {
  log = await startLogServer()
  good = await localReceiver({ body: 'thanks' })
  busy = await localReceiver({ status: 503, body: 'come back later\u001b[2J' })
  const { client } = log
  const { id } = await client.application.create({ body: { name: 'Acme', uid: 'acme' } })
  const params = { app_id: id }
  await client.application.create({ body: { name: 'Empty', uid: 'empty' } })
  await client.endpoint.create({ params, body: { uid: 'good', url: `${good.url}/in?key=1`, dialect: 'scalefusion' } })
  await client.endpoint.create({ params, body: { uid: 'busy', url: busy.url, retrySchedule: [] } })
  await client.endpoint.create({ params, body: { uid: 'dead', url: 'http://127.0.0.1:1/', retrySchedule: [3600] } })
  first = await log.send('acme', 'device.locked', { number: 1 })
  const number = await fetch(`${log.server.url}/api/v1/app/acme/msg`, {
    method: 'POST',
    headers: { authorization: `Bearer ${log.env['POSTHORN_TOKEN']}`, 'content-type': 'application/json' },
    body: '{"eventType":"device.enrolled","payload":{"amount": 2432232314.10}}',
  })
  ;({ id: second } = (await number.json()) as { id: string })
  await log.server.engine.idle()
  entries = await json('acme')
})
afterAll(async () => {
  await good[Symbol.asyncDispose]()
  await busy[Symbol.asyncDispose]()
  await log[Symbol.asyncDispose]()
})

describe('posthorn log', () => {
  test('prints the totals, then one line per attempt, the newest first', async () => {
    const { out } = await run('acme')
    const [totals, empty, header, ...lines] = out.trimEnd().split('\n')
    expect(totals).toBe('Total 6   Succeeded 2 (33.3 %)   Failed 4 (66.7 %)')
    expect(empty).toBe('')
    expect(header).toMatch(/^Time +Result +Event type +Request id +Answer +# +Took +Endpoint$/)
    expect(lines).toHaveLength(6)
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ`
    for (const pattern of [
      `^${time}  ✓ success +device\\.locked +${idToUuid(first)}  200 +1 +\\d+ ms  127\\.0\\.0\\.1:\\d+/in$`,
      `^${time}  ✗ failed +device\\.locked +${first} +503 +1 +\\d+ ms  127\\.0\\.0\\.1:\\d+$`,
      `^${time}  ↻ retrying +device\\.enrolled +${second} +connection_refused  1 +\\d+ ms  127\\.0\\.0\\.1:1$`,
    ]) {
      expect(lines.filter((line) => new RegExp(pattern).test(line))).toHaveLength(1)
    }
    const at = (title: string) => header?.indexOf(title) ?? -1
    for (const line of lines) expect(line.slice(at('Endpoint') - 2, at('Endpoint'))).toBe('  ')
    expect(lines.map((line) => line.slice(0, 20))).toEqual(
      lines
        .map((line) => line.slice(0, 20))
        .toSorted()
        .toReversed(),
    )
  })

  test.each<[args: string[], wanted: (entry: LogEntry) => boolean]>([
    [['--code', '503'], ({ code }) => code === 503],
    [['--code', '5xx'], ({ code }) => code === 503],
    [['--code', '2xx'], ({ code }) => code === 200],
    [['--code', '0'], ({ code }) => code === 0],
    [['--status', 'success'], ({ result }) => result === 'success'],
    [['--status', 'failed'], ({ result }) => result !== 'success'],
    [['--status', 'exhausted'], ({ result }) => result === 'exhausted'],
    [['--event-type', 'device.locked'], ({ eventType }) => eventType === 'device.locked'],
    [['--event-type', 'device.locked,device.enrolled'], () => true],
    [['--event-type', 'device.locked', '--event-type', 'x'], ({ eventType }) => eventType === 'device.locked'],
    [['--endpoint', 'busy'], ({ url }) => url === `${busy.url}/`],
    [['--after', '1h'], () => true],
    [['--before', '1h'], () => false],
    [['--endpoint', 'dead', '--event-type', 'device.locked'], (entry) => entry.code === 0 && entry.msgId === first],
  ])('%j narrows lines and totals alike', async (args, wanted) => {
    const expected = entries.filter(wanted)
    expect(await json('acme', ...args)).toEqual(expected)
    const success = expected.filter(({ result }) => result === 'success').length
    expect(JSON.parse((await run('acme', ...args, '--totals', '--json')).out)).toEqual({
      total: expected.length,
      success,
      failed: expected.length - success,
    })
  })

  test('a request is found by each form of its id', async () => {
    for (const id of [first, idToUuid(first), idToBase62(first)]) {
      expect((await json('acme', '--request-id', id)).map(({ msgId }) => msgId)).toEqual([first, first, first])
    }
  })

  test('pages: each attempt once', async () => {
    const page = await run('acme', '--limit', '4')
    const [, iterator = ''] = /\nthere is more: --iterator (\S+)\n$/.exec(page.out) ?? []
    expect(iterator).toContain(entries[3]?.id)
    expect(await json('acme', '--iterator', iterator)).toEqual(entries.slice(4))
    const lines = await posthorn(['log', 'acme', '--limit', '4', '--json'], { env: log.env })
    expect(lines.err).toBe(`there is more: --iterator ${iterator}\n`)
    expect((await run('acme', '--limit', '6')).out).not.toContain('there is more')
  })

  test('says what to do when there are no attempts', async () => {
    expect((await run('empty')).out).toMatch(
      /^Total 0 .*\n\nthere are no attempts yet; .*posthorn send empty <event> --wait\n$/,
    )
    expect((await run('acme', '--code', '418')).out).toMatch(/\nno attempt matches\n$/)
  })

  test.each([
    [['nobody'], 2, /no application "nobody"/],
    [['acme', '--endpoint', 'nowhere'], 2, /refused/],
    [['acme', 'nonsense'], 2, /there is no request nonsense in the log of acme/],
    [['acme', 'atmpt_0000000000000000'], 2, /there is no attempt atmpt_0000000000000000/],
    [['acme', 'msg_0000000000000000'], 2, /no such thing/],
    [['acme', 'msg_x', '--code', '5xx'], 2, /--code filters a search/],
    [['acme', '--limit', '0'], 2, /from 1 to 10000/],
  ])('refuses %j', async (args, code, message) => {
    expect(await run(...args)).toMatchObject({ code, out: '', err: expect.stringMatching(message) })
  })

  test('the error for a token without the scope names the scope', async () => {
    const token = await log.token({ subject: 'org_log', scopes: ['messages:send'] })
    expect(await run('acme', '--token', token)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/integrations:read[^]*posthorn token .*--scopes integrations:read/),
    })
  })
})

describe('posthorn log with an id', () => {
  const idOf = (code: number, message: string) =>
    entries.find((entry) => entry.code === code && entry.msgId === message)?.id ?? ''

  test('shows one attempt in full, and the other attempts of its message', async () => {
    const { out } = await run('acme', idOf(503, first))
    expect(out).toMatch(new RegExp(`^${idOf(503, first)}  ✗ failed\n`))
    expect(out).toMatch(/\n {2}endpoint +ep_\w+ http:\/\/127\.0\.0\.1:\d+\/\n/)
    expect(out).toMatch(/\nWhy\n503: The receiver, [^]*is not available at the moment\.\n[^]*\/resend\n/)
    expect(out).toMatch(/\nRequest\nPOST http:[^]*\nwebhook-signature: v1,[^]*\n\{"number":1\}\n/)
    expect(out).toMatch(/\nResponse\n503 after \d+ ms\n[^]*\n\ncome back later\\x1b\[2J\n/)
    const timeline = out.slice(out.indexOf(`Attempts of ${first}`))
    expect(timeline.match(/#1 /g)).toHaveLength(3)
    expect(timeline).toMatch(new RegExp(`\n> #1 .*✗ failed +503 .*${idOf(503, first)}\n`))
    expect(timeline).toMatch(/\n {2}#2 .*\+\d+ \w[^\n]*○ in \d+ \w/)
  })

  test('shows the payload with all its digits, and the sentence of an error', async () => {
    const { out } = await run('acme', idOf(0, second))
    expect(out).toContain('\n{"amount": 2432232314.10}\n')
    expect(out).toMatch(/\nWhy\n127\.0\.0\.1:1 refused the connection: .*\. \(connection_refused\)\n/)
    expect(out).toMatch(/\n {2}next attempt +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ, in \d+ \w/)
    expect(out).not.toContain('\nResponse\n')
  })

  test('a request id shows its newest attempt', async () => {
    const [newest] = entries.filter(({ msgId }) => msgId === first)
    for (const id of [first, idToUuid(first), idToBase62(first)]) {
      expect((await run('acme', id)).out).toMatch(new RegExp(`^${newest?.id} `))
    }
  })

  test('a success has no reason, and has the id that the receiver saw', async () => {
    const { out } = await run('acme', idOf(200, first))
    expect(out).not.toContain('\nWhy\n')
    expect(out).toContain(`request id    ${idToUuid(first)}\n`)
    expect(out).toMatch(/\nResponse\n200 after [^]*\n\nthanks\n/)
  })

  test('--json has attempt, payload and attempts in one line', async () => {
    const { out } = await run('acme', idOf(0, second), '--json')
    expect(out.trimEnd()).not.toContain('\n')
    expect(out).toContain('"payload":{"amount": 2432232314.10},')
    expect(JSON.parse(out)).toMatchObject({ attempt: { id: idOf(0, second) }, attempts: [{}, {}, {}] })
  })

  test('the error for a message without an attempt says that it waits', async () => {
    const { id } = await log.client.message.create({
      params: { app_id: 'empty' },
      body: { eventType: 'device.locked', payload: {} },
    })
    expect(await run('empty', id)).toMatchObject({ code: 1, err: expect.stringMatching(/has not been attempted yet/) })
  })
})
