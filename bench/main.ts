import { delivery } from './delivery/run.ts'

/** Each benchmark by its name. All of them print a table, and JSON with `--json`. */
const benchmarks: Record<string, (options: { json: boolean }) => Promise<void>> = { delivery }

const [name = '', ...flags] = process.argv.slice(2)
const run = benchmarks[name]
const unknown = flags.find((flag) => flag !== '--json')
if (!run || unknown !== undefined) {
  const names = Object.keys(benchmarks).join(', ')
  console.error(
    `${unknown === undefined ? `There is no benchmark ${JSON.stringify(name)}` : `Unknown flag ${unknown}`}.`,
  )
  console.error(`Use: npm run bench -- <${names}> [--json]`)
  process.exitCode = 2
} else await run({ json: flags.includes('--json') })
