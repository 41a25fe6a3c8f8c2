import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alive, descendants, eventually, launcher, oldNode, start } from './processes.ts'

const old = oldNode()
const nodes: [name: string, node: string][] = [['the Node that runs the tests', process.execPath]]
if (old !== null) nodes.push(['an old Node', old])

test('the machine has an old Node', ({ skip }) => {
  if (old === null && process.env['POSTHORN_TEST_REQUIRE'] !== 'all') skip('no Node from 14 to 23 on PATH')
  expect(old).not.toBeNull()
})

describe.each(nodes)('started by %s', (_name, node) => {
  test('runs the program on Node 24 or newer', async () => {
    const running = start(node, [launcher, '--version'])
    expect(await running.ended).toEqual({ code: 0, signal: null })
    const [, major] = /^posthorn \d+\.\d+\.\d+, Node v(\d+)\./.exec(running.output.text) ?? []
    expect(Number(major)).toBeGreaterThanOrEqual(24)
  })

  test('passes the exit code and the error on', async () => {
    const running = start(node, [launcher, 'sing'])
    expect(await running.ended).toEqual({ code: 2, signal: null })
    expect(running.output.text).toContain("unknown command 'sing'")
  })

  test('passes standard input on', async () => {
    const running = start(node, [launcher, 'sign', '--dialect', 'scalefusion', '--secret', 'x', '--raw'])
    running.child.stdin?.end('{}')
    expect(await running.ended).toEqual({ code: 0, signal: null })
    expect(running.output.text).toContain('X-SF-Signature: ')
  })
})

/** A package as it is installed: bin and dist, here with a program of the test's own. */
describe('an installed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-launcher-'))
  const installed = join(folder, 'node_modules', 'posthorn')
  const bin = join(installed, 'bin', 'posthorn.js')

  const program = `
    const [what] = process.argv.slice(2)
    if (what === 'drain') {
      const stay = setInterval(() => {}, 1000)
      let count = 0
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {
        console.log(signal + ' ' + ++count)
        clearInterval(stay)
        setTimeout(() => process.exit(7), 50)
      })
    } else if (what === 'stay') setInterval(() => {}, 1000)
    else if (what === 'serve') { process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); console.log('running'); for (;;); }
    else if (what === 'busy') setTimeout(() => { for (const end = Date.now() + 1500; Date.now() < end; ); }, 100)
    console.log('running ' + process.version)
  `

  beforeAll(() => {
    mkdirSync(join(installed, 'dist'), { recursive: true })
    cpSync(dirname(launcher), join(installed, 'bin'), { recursive: true })
    writeFileSync(join(installed, 'package.json'), '{"name":"posthorn","type":"module"}')
    writeFileSync(join(installed, 'dist', 'main.js'), program)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('says what to do when there is no Node that is new enough', async ({ skip }) => {
    if (old === null) return skip('no Node from 14 to 23 on PATH')
    const running = start(old, [bin], { env: { PATH: dirname(old) } })
    expect(await running.ended).toEqual({ code: 1, signal: null })
    expect(running.output.text).toMatch(/needs Node 24 or newer; this is v\d+/)
    expect(running.output.text).toContain('https://nodejs.org')
  })

  test('uses the Node that npm installed', async ({ skip }) => {
    if (old === null) return skip('no Node from 14 to 23 on PATH')
    const binaries = join(folder, 'node_modules', '.bin')
    mkdirSync(binaries)
    symlinkSync(process.execPath, join(binaries, 'node'))
    const running = start(old, [bin], { env: { PATH: dirname(old) } })
    expect(await running.ended).toEqual({ code: 0, signal: null })
    expect(running.output.text).toBe(`running ${process.version}\n`)
    rmSync(binaries, { recursive: true })
  })

  test('else uses the Node on PATH', async ({ skip }) => {
    if (old === null) return skip('no Node from 14 to 23 on PATH')
    const running = start(old, [bin], { env: { PATH: `${dirname(old)}:${dirname(process.execPath)}` } })
    expect(await running.ended).toEqual({ code: 0, signal: null })
    expect(running.output.text).toBe(`running ${process.version}\n`)
  })

  test('starts no second process if its own Node is new enough', async () => {
    await using running = start(process.execPath, [bin, 'stay'])
    await running.until(/running/)
    expect(descendants(running.child.pid ?? 0)).toEqual([])
  })

  const env = { PATH: `${dirname(old ?? '')}:${dirname(process.execPath)}` }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on, once, and answers with the exit code',
    async (signal) => {
      await using running = start(old ?? process.execPath, [bin, 'drain'], { env })
      await running.until(/running/)
      running.child.kill(signal)
      expect(await running.ended).toEqual({ code: 7, signal: null })
      expect(running.output.text).toContain(`${signal} 1\n`)
      expect(running.output.text).not.toContain(`${signal} 2\n`)
    },
  )

  test('dies of the same signal as the program', async () => {
    await using running = start(old ?? process.execPath, [bin, 'stay'], { env })
    await running.until(/running/)
    running.child.kill('SIGTERM')
    expect(await running.ended).toEqual({ code: null, signal: 'SIGTERM' })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'a second %s ends a program that is too busy to hear it',
    async (signal) => {
      if (old === null) return
      await using running = start(old, [bin, 'serve'], { env })
      await running.until(/running/)
      const children = descendants(running.child.pid ?? 0)
      running.child.kill(signal)
      // Signals within half a second count as one, so the test goes on sending.
      const sending = setInterval(() => running.child.kill(signal), 100)
      expect(await running.ended).toEqual({ code: null, signal: 'SIGKILL' })
      clearInterval(sending)
      expect(children.filter(alive)).toEqual([])
    },
  )

  test.each(['stay', 'drain', 'busy', 'serve'])('leaves no process behind when it is killed (%s)', async (what) => {
    await using running = start(old ?? process.execPath, [bin, what], { env })
    await running.until(/running/)
    const children = descendants(running.child.pid ?? 0)
    if (old !== null) expect(children).toHaveLength(1)
    running.child.kill('SIGKILL')
    await running.ended
    await eventually(() => !children.some(alive))
    expect(children.filter(alive)).toEqual([])
  })
})
