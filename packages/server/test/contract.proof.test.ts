/**
 * The server does what `openapi.json` says. Schemathesis, a property tester, reads the contract, makes requests of it, and holds the
 * answers against it: statuses, bodies, content types, methods, tokens, and things that were deleted.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { startTestServer, token } from './support.ts'

const program = process.env['POSTHORN_TEST_SCHEMATHESIS'] ?? 'schemathesis'
const folder = mkdtempSync(join(tmpdir(), 'posthorn-contract-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * Not asked: that every request which fits the schema is accepted. Addresses, definitions, filters and iterators have rules that a
 * schema cannot say, and their refusal is a 422 that the contract has.
 */
const excluded = 'positive_data_acceptance'

test('no answer is outside of the contract', { timeout: 600_000 }, async ({ skip }) => {
  const isThere = spawnSync(program, ['--version']).status === 0
  skip(
    !isThere && process.env['POSTHORN_TEST_REQUIRE'] !== 'all',
    `${program} is not installed (pip install schemathesis)`,
  )
  const server = await startTestServer()
  onTestFinished(() => server.close())
  const bearer = await token({ subject: 'org_contract' })
  const report = join(folder, 'report.xml')
  const child = spawn(
    program,
    [
      `run ${server.url}/api/v1/openapi.json --exclude-checks ${excluded}`,
      // A stream does not end.
      '--exclude-path /api/v1/log/stream',
      '--max-examples 20 --seed 1 --max-time 90 --generation-database none --continue-on-failure --no-color',
      `--report-junit-path ${report}`,
    ]
      .join(' ')
      .split(' ')
      .concat('--header', `Authorization: Bearer ${bearer}`),
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const [out, err, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  // Schemathesis says of each finding what was sent and what came back.
  expect(exitCode, `${out}\n${err}`).toBe(0)
  const [, tests = '0'] = /tests="(\d+)"/.exec(readFileSync(report, 'utf8')) ?? []
  expect(Number(tests)).toBeGreaterThan(60)
})
