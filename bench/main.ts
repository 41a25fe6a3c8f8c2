import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { delivery } from './delivery/run.ts'
import { server } from './server/run.ts'
import type { BenchmarkOptions } from './support/options.ts'
import { verify } from './verify/run.ts'

/** Each benchmark by its name. */
const benchmarks: Record<string, (options: BenchmarkOptions) => Promise<void>> = { delivery, server, verify }

const usage = `Use: npm run bench -- <${Object.keys(benchmarks).join(', ')}> [--rounds <number>] [--json] [--against <folder of another checkout>]...`

function optionsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        against: { type: 'string', multiple: true, default: [] },
        rounds: { type: 'string', default: '5' },
      },
    })
    const [name = '', ...more] = positionals
    const run = benchmarks[name]
    if (!run || more.length > 0) throw new Error(`There is no benchmark ${JSON.stringify(positionals.join(' '))}.`)
    const rounds = Number(values.rounds)
    if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error('--rounds takes a number from 1.')
    return { run, json: values.json, against: values.against.map((path) => resolve(path)), rounds }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    console.error(usage)
    return null
  }
}

const given = optionsOf(process.argv.slice(2))
if (given) await given.run(given)
else process.exitCode = 2
