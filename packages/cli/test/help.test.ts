import { expect, test } from 'vitest'
import { posthorn } from './memory-io.ts'

const commands = [
  'dev',
  'serve',
  'trigger',
  'send',
  'mock',
  'test',
  'tail',
  'log',
  'filter',
  'preset list',
  'preset show',
  'preset apply',
  'preset docs',
  'preset check',
  'dialect list',
  'dialect show',
  'dialect put',
  'dialect delete',
  'dialect docs',
  'dialect check',
  'key show',
  'key reset',
  'audit',
  'token',
  'sign',
  'verify',
]

test('the help lists every command, and the exit codes', async () => {
  const ran = await posthorn(['--help'])
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatchSnapshot()
})

test.each(commands)('the help of %s, with examples', async (name) => {
  const ran = await posthorn([...name.split(' '), '--help'])
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatch(/\nExamples?:\n/)
  expect(ran.out).toMatchSnapshot()
})

test.each(['preset', 'dialect', 'key'])('the help of %s lists its commands', async (name) => {
  const ran = await posthorn([name, '--help'])
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatchSnapshot()
})

test('a group without a command shows which there are', async () => {
  expect(await posthorn(['preset'])).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/show <name>/) })
})

test.each([
  [['nothing']],
  [['preset', 'nothing']],
  [['dialect', 'show']],
  [['key', 'reset', 'acme', '--overlap', '8d']],
  [['filter', 'acme', '{}', '--over', 'everything']],
  [['trigger']],
  [['trigger', 'x', '--colour']],
  [['dev', '--port', '70000']],
  [['token', '--expires', 'soon']],
  [['verify', '-d']],
])('wrong arguments end with 2 and point to the help: %j', async (args) => {
  const ran = await posthorn(args)
  expect(ran).toMatchObject({ code: 2, out: '' })
  expect(ran.err).toMatch(/--help/)
})
