import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { build } from '../../../scripts/build.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'posthorn-built-')))
const wire = join(folder, 'node_modules', '@posthorn', 'wire')
afterAll(() => rmSync(folder, { recursive: true }))

const program = `
  import { sign, verify } from '@posthorn/wire'
  import { fileURLToPath } from 'node:url'
  const message = { id: 'msg_0KN9sJvZpmcvRzjf', type: 'device.locked', payload: '{"devices":[]}', occurredAt: 0, acceptedAt: 0 }
  const options = { dialect: 'scalefusion', secret: 'MySharedSecret' }
  const request = await sign(message, { ...options, url: 'https://example.com/' })
  const result = await verify(request, options)
  console.log(JSON.stringify({ ok: result.ok, type: result.messages[0].type, from: fileURLToPath(import.meta.resolve('@posthorn/wire')) }))
`

test('the built @posthorn/wire works under plain Node, without type stripping and the source condition', () => {
  build('wire', join(wire, 'dist'))
  copyFileSync(fileURLToPath(new URL('../../wire/package.json', import.meta.url)), join(wire, 'package.json'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'program.mjs'), program)
  const { NODE_OPTIONS: _, ...env } = process.env
  const { stdout, stderr } = spawnSync(process.execPath, ['--no-strip-types', join(folder, 'program.mjs')], {
    encoding: 'utf8',
    env,
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({ ok: true, type: 'device.locked', from: join(wire, 'dist', 'index.js') })
})
