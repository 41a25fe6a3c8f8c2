import { describe, expect, test } from 'vitest'
import { isGroup } from '../src/command/command.ts'
import { commands } from '../src/commands/index.ts'
import { posthorn } from './memory-io.ts'

test('the help lists every command, and the exit codes', async () => {
  const ran = await posthorn(['--help'])
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatchSnapshot()
})

describe('the help', () => {
  for (const entry of commands) {
    if (!isGroup(entry)) {
      ofCommand([entry.name])
      continue
    }
    test(`of ${entry.name} lists its commands`, async () => {
      const ran = await posthorn([entry.name, '--help'])
      expect(ran).toMatchObject({ code: 0, err: '' })
      expect(ran.out).toMatchSnapshot()
    })
    for (const inside of entry.commands) ofCommand([entry.name, inside.name])
  }

  function ofCommand(path: readonly string[]): void {
    test(`of ${path.join(' ')}, with examples`, async () => {
      const ran = await posthorn([...path, '--help'])
      expect(ran).toMatchObject({ code: 0, err: '' })
      expect(ran.out).toMatch(/\nExamples?:\n/)
      expect(ran.out).toMatchSnapshot()
    })
  }
})

test('a group without a command lists its commands', async () => {
  expect(await posthorn(['preset'])).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/show <name>/) })
})

test.each([
  [['tial'], '(Did you mean tail?)'],
  [['preset', 'shwo', 'acme'], '(Did you mean show?)'],
  [['audit', '--limt', '3'], '(Did you mean --limit?)'],
])('a close name is suggested: %j', async (args, suggestion) => {
  const ran = await posthorn(args)
  expect(ran).toMatchObject({ code: 2, out: '' })
  expect(ran.err).toContain(suggestion)
})

test('no name is suggested when none is close', async () => {
  expect((await posthorn(['webhooks'])).err).not.toMatch(/Did you mean/)
})

test.each([
  [['nothing']],
  [['preset', 'nothing']],
  [['dev', 'nothing']],
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
