import { expect, test } from 'vitest'
import { posthorn } from './memory-io.ts'

const commands = ['dev', 'serve', 'trigger', 'send', 'tail', 'log', 'token', 'sign', 'verify']

test('the help lists every command, and the exit codes', async () => {
  const ran = await posthorn(['--help'])
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatchSnapshot()
})

test.each(commands)('the help of %s, with examples', async (name) => {
  const ran = await posthorn([name, '--help'])
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatch(/\nExamples?:\n/)
  expect(ran.out).toMatchSnapshot()
})

test.each([
  [['nothing']],
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
