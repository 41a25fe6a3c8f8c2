import { dirname } from 'node:path'
import { expect } from 'vitest'
import { missing } from '../../packages/wire/test/installed.ts'
import { story, tell } from './support.ts'

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

story('autoflex: a backup, its callback, and the file, in Deno', missing('deno'), async () => {
  const { output, code } = await tell('autoflex')
  expect(output).toMatch(/with a wrong password +401/)
  expect(output).toMatch(/without a webhook_url +400/)
  expect(output).toMatch(/with http +400/)
  const steps = [
    'client \\| GET /authenticate',
    'client \\| POST /backup/owner, webhook_url https://127\\.0\\.0\\.1:\\d+',
    'client \\| 202, successCode 202',
    'client \\| Waiting for webhook call\\.\\.\\.',
    `client \\| GET from the vendor, callback received with secret-id: (?<id>${uuid})`,
    'client \\| Answered 503: not now',
    'client \\| GET from the vendor, callback received with secret-id: \\k<id>',
    'client \\| Answered 200: the same id as before',
    'client \\| GET /webhook',
    'client \\| The secret url: https://127\\.0\\.0\\.1:\\d+/files/[\\w-]{32}',
    'client \\| Downloaded (?<bytes>\\d{7}) bytes, SHA-256 (?<sha256>\\w{64})',
  ]
  // What the vendor says in between has its place in time, and not among the client's lines.
  const client = output.replaceAll(/^ +vendor .*\n/gm, '')
  const { id = '', bytes, sha256 } = new RegExp(steps.join('\\s+')).exec(client)?.groups ?? {}
  expect(id, output).not.toBe('')
  expect(output).toMatch(new RegExp(`vendor \\| the backup is made: \\S+, ${bytes} bytes, SHA-256 ${sha256}$`, 'm'))
  expect(output).toMatch(/the id, and another’s token +404/)
  const rows = output.slice(output.indexOf('The vendor’s log'))
  expect(rows).toMatch(/attempt 1 +503 failed .*attempt 2 +200 success /s)
  expect(rows.split(`/?id=${id.slice(0, 8)}…`)).toHaveLength(3)
  expect(rows).not.toContain(id)
  expect(output.trimEnd().split('\n').at(-1)).toBe(
    `The file that was downloaded is the one that was made: ${bytes} bytes, SHA-256 ${sha256}.`,
  )
  expect(code).toBe(0)
})

story('autoflex: without Deno it says so, and fails', null, async () => {
  // Of all programs there is Node alone.
  const { output, code } = await tell('autoflex', { PATH: dirname(process.execPath) })
  expect(output).toContain('It did not go as it should: The client is a program for Deno, which is not on PATH.')
  expect(code).toBe(1)
})
