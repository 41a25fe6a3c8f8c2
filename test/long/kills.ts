import { batchKillRun } from '../e2e/batch-kill-run.ts'
import { killRun } from '../e2e/kill-run.ts'
import { grouped, type Proof } from './proof.ts'

const rounds = 5
const batchMessages = 20_000

/** A process that is killed again and again while producers send to it. */
export const kills: Proof = {
  name: 'kills',
  title: 'kill -9 at random moments under load (A2: I1, I3, I9)',
  share: 0.3,
  columns: ['kills', 'messages', 'deliveries', 'arrived twice'],
  async run(until) {
    const violations: string[] = []
    let [killed, messages, deliveries, duplicates] = [0, 0, 0, 0]
    let seed = Date.now() % 1_000_000
    do {
      const result = await killRun({ rounds, seed })
      killed += result.kills
      messages += result.messages
      deliveries += result.deliveries
      duplicates += result.duplicates
      violations.push(...result.violations.map((violation) => `POSTHORN_TEST_SEED=${seed}: ${violation}`))
      until.tell(`${grouped(killed)} kills, ${grouped(messages)} messages, ${violations.length} broken promises`)
      seed += 1
    } while (!until.isOver)
    return { cells: [killed, messages, deliveries, duplicates].map(grouped), violations }
  },
}

/** The same to an endpoint with batches: they come again whole, with the same bytes. */
export const batches: Proof = {
  name: 'batches',
  title: 'kill -9 while batches are out (A2: I1, I3, order)',
  share: 0.1,
  columns: ['kills', 'messages', 'batches', 'batches that arrived twice'],
  async run(until) {
    const violations: string[] = []
    let [killed, messages, sent, duplicates] = [0, 0, 0, 0]
    do {
      const result = await batchKillRun(batchMessages)
      killed += result.kills
      messages += result.messages
      sent += result.batches
      duplicates += result.duplicates
      violations.push(...result.violations)
      until.tell(`${grouped(killed)} kills, ${grouped(messages)} messages, ${violations.length} broken promises`)
    } while (!until.isOver)
    return { cells: [killed, messages, sent, duplicates].map(grouped), violations }
  },
}
