import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { missing } from '../../packages/wire/test/installed.ts'
import { story, tell } from './support.ts'

const receiver = fileURLToPath(new URL('../../examples/comapi/receiver', import.meta.url))

// Debian's rabbitmqctl runs as root or rabbitmq only, so it cannot be asked; and asking rabbitmq-server for its version starts one.
const rabbitmq = existsSync('/usr/lib/rabbitmq/bin/rabbitmq-server') ? null : missing('rabbitmqctl', 'version')
const gems = missing('ruby', '-rbunny') && 'Ruby, or its libraries bunny and redis, are not installed'
const lacking = missing('puma') ?? missing('rails') ?? missing('redis-server') ?? gems ?? rabbitmq

story('comapi: receipts of text messages, and a Rails application behind a queue', lacking, async () => {
  const { output, code } = await tell('comapi')
  expect(output).toMatch(/^ +10000 messages \(seed 1\) +\d+ receipts/m)
  expect(output).toMatch(/^ +GET http\S+ +200 The webhook page is up$/m)
  expect(output).toMatch(/^ +Test: redirect +no redirect: HEAD was answered with 200$/m)
  expect(output).toMatch(/^ +Test: message\.sent +200 Data accepted$/m)
  expect(output).toMatch(/^ +Rails: 200 +a batch of 4 events$/m)
  const told = [...output.matchAll(/^ +message\.(\w+) +revision \d, (\w+) +Your parcel arrives today 📦$/gm)]
  expect(told.map(([, status, outcome]) => [status, outcome])).toEqual([
    ['read', 'kept'],
    ['sent', 'obsolete'],
    ['delivered', 'obsolete'],
    ['read', 'obsolete'],
  ])
  expect(output).toMatch(/^ +without a hash +401 Invalid request: No HMAC value found!$/m)
  expect(output).toMatch(/^ +Ваш код: 4711 +delivered +9$/m)
  expect(output).toMatch(/^ +Forwarded +13 events, 13 of them taken$/m)
  expect(output.trimEnd().split('\n').at(-1)).toBe('Every message is in its true last state.')
  expect(code).toBe(0)
})

for (const seed of [1, 2, 3])
  story(`comapi: the workers' rule, with 10,000 messages (seed ${seed})`, missing('ruby'), async () => {
    const ruby = spawnSync('ruby', ['-w', 'histories.rb', `${seed}`, '10000'], { cwd: receiver, encoding: 'utf8' })
    expect(ruby.stderr).toBe('')
    const told = JSON.parse(ruby.stdout) as Record<string, number>
    expect(told).toMatchObject({ seed, histories: 10_000, wrong: 0 })
    expect(told['kept']! + told['obsolete']!).toBe(told['arrivals'])
    // There is something to see: with the rule that comes to mind first many of them end wrong.
    expect(told['wrong_by_arrival']).toBeGreaterThan(1_000)
  })

story('comapi: without Ruby it says so, and fails', null, async () => {
  // Of all programs there is Node alone.
  const { output, code } = await tell('comapi', { PATH: dirname(process.execPath) })
  expect(output).toContain('It did not go as it should: There is no Ruby here; on Debian: apt-get install ruby')
  expect(code).toBe(1)
})
