/**
 * A program that accepts messages into a data folder, for tests that kill it or break its disk. It says what it did, one
 * line a step and at once: `open`, `acked msg_...` after each acknowledgement, `refused <code>`, and `done`.
 *
 *     node --conditions=posthorn-source accepting-process.ts <folder> <rounds> <messages a round> [stay]
 */
import { writeSync } from 'node:fs'
import { EngineError } from '../../../errors.ts'
import { open } from '../../../open.ts'
import type { Transport } from '../../../transport/transport.ts'

/** Everything is out and nothing comes back: what was claimed stays claimed. */
const silence: Transport = {
  schemes: ['https'],
  check: (url) => ({ ok: true, url }),
  send: () => new Promise(() => undefined),
  probe: async () => ({ steps: [], remoteAddress: null, tls: null }),
  close: async () => undefined,
}

const [folder = '', rounds = '0', together = '1', then] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)

const engine = await open({ database: `sqlite:${folder}`, transport: silence })
if ((await engine.applications.list('org_test')).data.length === 0) {
  await engine.applications.create('org_test', { name: 'Acme', uid: 'acme' })
  await engine.endpoints.create('org_test', 'acme', { url: 'https://example.com/hook' })
}
say('open')
for (let round = 0; round < Number(rounds); round += 1)
  await Promise.all(
    Array.from({ length: Number(together) }, async (_, index) => {
      try {
        const { id } = await engine.send('org_test', 'acme', { eventType: 'a', payload: { round, index } })
        say(`acked ${id}`)
      } catch (error) {
        say(`refused ${error instanceof EngineError ? error.code : String(error)}`)
      }
    }),
  )
say('done')
if (then === 'stay') setInterval(() => undefined, 60_000)
else process.exit(0)
