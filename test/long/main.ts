import { parseArgs } from 'node:util'
import { batches, kills } from './kills.ts'
import type { Deadline, Proof } from './proof.ts'
import { report, spanOf, type Ran } from './report.ts'
import { simulator } from './simulator.ts'
import { soak } from './soak.ts'
import { spanMs } from './span.ts'

// `npm run proof:long -- --for 2h`: loops that take as long as they are given. The tables are standard output, progress is
// standard error.

const proofs: readonly Proof[] = [simulator, kills, batches, soak]
const names = proofs.map(({ name }) => name)
const usage = `Use: npm run proof:long -- [--for 2h] [--only ${names.join(',')}]`

const options = read()
if (typeof options === 'string') {
  console.error(`${options}\n${usage}`)
  process.exitCode = 2
} else {
  const ran: Ran[] = []
  const shares = options.chosen.reduce((sum, { share }) => sum + share, 0)
  for (const proof of options.chosen) ran.push(await timed(proof, (options.totalMs * proof.share) / shares))
  const flags = process.argv.slice(2).join(' ')
  console.log(report(ran, `npm run proof:long${flags === '' ? '' : ` -- ${flags}`}`, new Date()))
  if (ran.some(({ violations }) => violations.length > 0)) process.exitCode = 1
}

/** What was asked for, or what is wrong with it. */
function read(): { readonly totalMs: number; readonly chosen: readonly Proof[] } | string {
  try {
    const { values } = parseArgs({ options: { for: { type: 'string', default: '2h' }, only: { type: 'string' } } })
    const totalMs = spanMs(values.for)
    if (totalMs === null) return `--for ${values.for} is no duration. Write a number and s, m or h: 90s, 10m, 2h.`
    const wanted = values.only?.split(',') ?? names
    const unknown = wanted.find((name) => !names.includes(name))
    if (unknown !== undefined) return `There is no long proof ${JSON.stringify(unknown)}.`
    return { totalMs, chosen: proofs.filter(({ name }) => wanted.includes(name)) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function timed(proof: Proof, durationMs: number): Promise<Ran> {
  const startedAt = performance.now()
  let toldAt = -Infinity
  const until: Deadline = {
    get isOver() {
      return this.leftMs <= 0
    },
    get leftMs() {
      return startedAt + durationMs - performance.now()
    },
    tell(progress) {
      // A line a second where somebody looks, one a minute in a file.
      const everyMs = process.stderr.isTTY ? 1_000 : 60_000
      if (performance.now() - toldAt < everyMs) return
      toldAt = performance.now()
      process.stderr.write(`${proof.name}, ${spanOf(toldAt - startedAt)} of ${spanOf(durationMs)}: ${progress}\n`)
    },
  }
  process.stderr.write(`${proof.name}, for ${spanOf(durationMs)}\n`)
  const outcome = await proof.run(until)
  return { ...outcome, proof, tookMs: performance.now() - startedAt }
}
