import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '@posthorn/api'
import { alive, descendants, eventually, launcher, oldNode, start, type Running } from './processes.ts'

/** What `posthorn dev` prints for the first event of each demo application. */
const verified = [
  /^scalefusion device\.enrolled -> 200 in \d+ ms, signature verified$/m,
  /^signinapp visitor\.signin -> 200 in \d+ ms, signature verified$/m,
  /^comapi message\.sent -> 200 in \d+ ms, signature verified$/m,
  /^screenmeet room-entered -> 200 in \d+ ms, signature verified$/m,
  /^standard contact\.created -> 200 in \d+ ms, signature verified$/m,
  /^svix contact\.created -> 200 in \d+ ms, signature verified$/m,
  /^autoflex backup\.owner -> 200 in \d+ ms, claim received \(unsigned by design\)$/m,
]

const folder = mkdtempSync(join(tmpdir(), 'posthorn-dev-'))
const data = join(folder, 'data')
afterAll(() => rmSync(folder, { recursive: true }))

/** In a process group of its own, as a terminal starts it. */
const dev = (...more: string[]) =>
  start(oldNode() ?? process.execPath, [launcher, 'dev', '--port', '0', '--data', data, ...more], { detached: true })

async function command(...args: string[]): Promise<{ code: number | null; text: string }> {
  const running = start(process.execPath, [launcher, ...args])
  const { code } = await running.ended
  return { code, text: running.output.text }
}

describe('posthorn dev, started, used, stopped and started again', () => {
  let running: Running
  let text: string
  let children: number[]

  async function started(): Promise<void> {
    running = dev()
    text = await running.until(/Stop with Ctrl-C/)
    children = descendants(running.child.pid ?? 0)
  }

  async function stopped(stop: () => void): Promise<void> {
    stop()
    expect(await running.ended).toEqual({ code: 0, signal: null })
    await eventually(() => !children.some(alive))
    expect(children.filter(alive)).toEqual([])
  }

  beforeAll(started, 90_000)
  afterAll(async () => running[Symbol.asyncDispose]())

  test('is ready, and the receiver has verified one event in each dialect', () => {
    expect(text).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+$/m)
    for (const line of verified) expect(text).toMatch(line)
    expect(text.indexOf('ready ')).toBeLessThan(text.indexOf('scalefusion device.enrolled'))
  })

  test('the address of the page has the token in its fragment', () => {
    expect(text).toMatch(/^ {2}page +http:\/\/127\.0\.0\.1:\d+\/#token=eyJ[\w.-]+$/m)
  })

  test('only the owner can read the secrets', () => {
    for (const file of ['state.json', 'receiver-key.pem'])
      expect(statSync(join(data, 'dev', file)).mode & 0o777).toBe(0o600)
    expect(statSync(data).mode & 0o777).toBe(0o700)
    expect(existsSync(join(data, 'dev', 'ca-key.pem'))).toBe(false)
  })

  test('send goes through its API and shows the delivery', async () => {
    const sent = await command(
      'send',
      'scalefusion',
      'device.locked',
      '--set',
      'devices.0.name=Ada',
      '--wait',
      '--data',
      data,
    )
    expect(sent.text).toMatch(
      /^accepted msg_\w{16}\nsuccess http:\/\/127\.0\.0\.1:\d+\/scalefusion 200 after \d+ ms\n$/,
    )
    expect(sent.code).toBe(0)
    await running.until(/^scalefusion device\.locked -> 200/m)
  })

  test('send prints why the server refuses', async () => {
    expect(await command('send', 'nobody', 'device.locked', '--data', data)).toMatchObject({
      code: 2,
      text: expect.stringMatching(/no application "nobody"/),
    })
    const clash = await command('send', 'signinapp', 'visitor.signin', '--payload', '{"event":1}', '--data', data)
    expect(clash).toMatchObject({ code: 2, text: expect.stringMatching(/event/) })
  })

  test('a payload is delivered with all its digits', async () => {
    const payload = '{"type":"invoice.paid","total":12345678901234567890,"rate":1.10}'
    const sent = await command(
      'send',
      'standard',
      'invoice.paid',
      '--payload',
      payload,
      '--wait',
      '--json',
      '--data',
      data,
    )
    const { id } = JSON.parse(sent.text) as { id: string }
    const [, url = ''] = /^ready (\S+)$/m.exec(text) ?? []
    const [, token = ''] = /^ {2}token +(\S+)$/m.exec(text) ?? []
    const answer = await fetch(`${url}/api/v1/app/standard/msg/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await answer.text()).toContain(payload)
  })

  test('after a secret is replaced, the receiver uses the new one', async () => {
    const [, url = ''] = /^ready (\S+)$/m.exec(text) ?? []
    const [, token = ''] = /^ {2}token +(\S+)$/m.exec(text) ?? []
    const client = createClient({ url, token })
    await client.endpoint.rotateSecret({
      params: { app_id: 'scalefusion', endpoint_id: 'built-in-receiver' },
      body: {},
    })
    const sent = await command('send', 'scalefusion', 'device.reboot', '--wait', '--data', data)
    expect(sent).toMatchObject({ code: 0, text: expect.stringMatching(/^success /m) })
  })

  test('the printed token opens the API, and so does the one of "posthorn token"', async () => {
    const [, url = ''] = /^ready (\S+)$/m.exec(text) ?? []
    const [, printed = ''] = /^ {2}token +(\S+)$/m.exec(text) ?? []
    const { text: minted } = await command('token', '--data', data, '--expires', '5m')
    for (const token of [printed, minted.trim()]) {
      const answer = await fetch(`${url}/api/v1/app`, { headers: { authorization: `Bearer ${token}` } })
      expect(answer.status).toBe(200)
      expect(((await answer.json()) as { data: unknown[] }).data).toHaveLength(7)
    }
  })

  test('the trigger command that it prints works when it is copied', async () => {
    const [, line = ''] = /posthorn\.js (trigger [^]*?ca\.pem)/.exec(text) ?? []
    const triggered = await command(...line.replaceAll('\\\n', ' ').trim().split(/\s+/))
    expect(triggered).toMatchObject({ code: 0, text: expect.stringMatching(/^200 OK in /m) })
  })

  test('a wrong signature is refused, and shown', async () => {
    const [, receiver = ''] = /^ {2}receiver +(http:\S+)/m.exec(text) ?? []
    const wrong = await command(
      'trigger',
      'device.locked',
      '--dialect',
      'scalefusion',
      '--to',
      `${receiver}/scalefusion`,
    )
    expect(wrong).toMatchObject({ code: 1, text: expect.stringMatching(/^406 /m) })
    await running.until(/^scalefusion -> 406 in \d+ ms, refused: signature_mismatch/m)
  })

  test('a second process on the same data says that the folder is in use', async () => {
    const second = dev()
    expect((await second.ended).code).toBe(3)
    expect(second.output.text).toMatch(/error: Another Posthorn is using the data folder /)
    expect(second.output.text).not.toMatch(/\n {4}at /)
  })

  test('SIGTERM ends it with 0 and leaves no process', () => stopped(() => running.child.kill('SIGTERM')))

  test('a second start on the same data works; Ctrl-C, which reaches launcher and program at once, is one signal', async () => {
    await started()
    for (const line of verified) expect(text).toMatch(line)
    await stopped(() => process.kill(-(running.child.pid ?? 0), 'SIGINT'))
    expect(running.output.text).not.toContain('ended without waiting')
  })

  test('a signal right after the start stops it too', async () => {
    running = dev()
    await running.until(/^ready /m)
    children = descendants(running.child.pid ?? 0)
    await stopped(() => running.child.kill('SIGTERM'))
  })

  test('when the launcher is killed, the server ends too', async () => {
    await started()
    running.child.kill('SIGKILL')
    await running.ended
    await eventually(() => !children.some(alive))
    expect(children.filter(alive)).toEqual([])
  })
})

describe('a port that is in use', () => {
  const blocker = createServer()
  let port: number
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      blocker.listen(0, '127.0.0.1', resolve)
    })
    port = (blocker.address() as AddressInfo).port
  })
  afterAll(() => void blocker.close())

  test.each([
    ['--port', 'of the server'],
    ['--receiver-port', 'of the receiver'],
  ])('%s, %s, is an error that says what to do', async (option) => {
    const running = start(process.execPath, [
      launcher,
      'dev',
      '--data',
      join(folder, 'other'),
      ...(option === '--port' ? ['--receiver-port', '0'] : ['--port', '0']),
      option,
      String(port),
    ])
    expect((await running.ended).code).toBe(3)
    expect(running.output.text).toMatch(new RegExp(`error: port ${port}.* is in use`))
    expect(running.output.text).toContain(option)
  })
})
