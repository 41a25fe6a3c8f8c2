import { soakRun } from '../e2e/soak-run.ts'
import { grouped, type Proof } from './proof.ts'

const messagesPerSecond = 50

/** One server under a steady load for all of its time. */
export const soak: Proof = {
  name: 'soak',
  title: `A steady load of ${messagesPerSecond} messages a second, beside a receiver that is not there`,
  share: 0.2,
  columns: ['messages', 'deliveries', 'refused with 503', 'accept p50', 'accept p99', 'memory early', 'memory late'],
  async run(until) {
    const durationMs = Math.max(5_000, until.leftMs)
    const startedAt = performance.now()
    const telling = setInterval(() => until.tell(`${Math.round((performance.now() - startedAt) / 1000)} s`), 1000)
    try {
      const result = await soakRun({ durationMs, messagesPerSecond })
      return {
        cells: [
          grouped(result.messages),
          grouped(result.deliveries),
          grouped(result.refused),
          `${result.acceptP50Ms.toFixed(1)} ms`,
          `${result.acceptP99Ms.toFixed(1)} ms`,
          megabytes(result.earlyMb),
          megabytes(result.lateMb),
        ],
        violations: result.violations,
      }
    } finally {
      clearInterval(telling)
    }
  },
}

function megabytes(value: number | null): string {
  return value === null ? 'unknown' : `${Math.round(value)} MB`
}
