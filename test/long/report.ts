import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import type { Outcome, Proof } from './proof.ts'

export interface Ran extends Outcome {
  readonly proof: Proof
  readonly tookMs: number
}

/** Tables in Markdown, as they can be pasted into a page: when, what, where, how, and what came of it. */
export function report(ran: readonly Ran[], command: string, now: Date): string {
  const broken = ran.flatMap(({ proof, violations }) => violations.map((violation) => `- ${proof.name}: ${violation}`))
  return [
    `### Long proofs, ${now.toISOString().slice(0, 10)}`,
    '',
    `\`${command}\` at commit ${commit()}, on ${machine()}.`,
    ...ran.flatMap(({ proof, cells, tookMs, violations }) => [
      '',
      `${proof.title}:`,
      '',
      row([...proof.columns, 'time', 'broken promises']),
      row([...proof.columns, '', ''].map(() => '---:')),
      row([...cells, spanOf(tookMs), String(violations.length)]),
    ]),
    ...(broken.length === 0 ? [] : ['', 'Broken promises:', '', ...broken]),
  ].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Two units at most: 2 h 5 min, 3 min 20 s, 41 s. */
export function spanOf(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const changed = git('status', '--porcelain').trim() === '' ? '' : ', with changes'
    return `${git('rev-parse', '--short', 'HEAD').trim()}${changed}`
  } catch {
    return 'unknown (no git here)'
  }
}

function machine(): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 1024 ** 3)
  return `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${memory} GiB, Node ${process.versions.node}, ${type()} ${release()}`
}
