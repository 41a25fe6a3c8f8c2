import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { checkSamples, loadPresets, PresetError, type LocatedProblem, type Preset } from '@posthorn/preset'
import { command } from '../../command/command.ts'
import { argument, option } from '../../command/words.ts'
import { CliError } from '../../process/cli-error.ts'
import { exitCodes } from '../../process/exit-codes.ts'
import type { Io } from '../../process/io.ts'
import { cellText, printable } from '../../show/printable.ts'
import { showTable } from '../../show/table.ts'
import { jsonText } from '../../show/json-text.ts'

interface Options {
  readonly json?: true
}

/** Checks presets for their author. */
export const presetCheck = command<Options>({
  name: 'check',
  summary: 'check a folder of presets, without a server',
  description: 'Checks a folder of presets: their structure, their schemas, and each sample.',
  arguments: [argument('<folder>', 'folder of presets')],
  options: [option('--json', 'print one JSON object per problem')],
  examples: ['posthorn preset check presets', 'posthorn preset check presets --json | jq -r .file'],
  notes: [
    'The folder contains one folder for each preset, with a preset.json in it. Structure and rules are checked; each sample is validated against its schema and signed in the dialect. It needs no server. Each problem is a line: file:line:column, path, reason.',
    'Exit codes: 0 all presets are valid; 1 there are problems.',
  ],
  async run({ io, args: [folder = ''], options }) {
    refuseOnePreset(folder)
    try {
      const presets = loadPresets([folder])
      checkSamples(presets)
      if (!options.json) io.out(shown(presets, io))
      return exitCodes.ok
    } catch (error) {
      if (!(error instanceof PresetError)) throw error
      if (!existsSync(folder)) throw error
      for (const problem of error.problems)
        io.out(options.json ? `${jsonText(flat(problem))}\n` : `${line(problem, io)}\n`)
      return exitCodes.no
    }
  },
})

function shown(presets: readonly Preset[], io: Io): string {
  const rows = presets.map(({ name, title, eventTypes }) => {
    const samples = eventTypes.filter(({ sample }) => sample !== null).length
    return [
      { text: '✓ good', style: 'green' },
      { text: cellText(name) },
      { text: cellText(title) },
      { text: String(eventTypes.length) },
      { text: String(samples) },
    ] as const
  })
  const columns = [
    { title: 'Result' },
    { title: 'Name' },
    { title: 'Title' },
    { title: 'Events', align: 'right' },
    { title: 'Samples', align: 'right' },
  ] as const
  return showTable(columns, [], rows, io)
}

/** `presets/acme/preset.json:9:18 policy.httpsOnly must be true or false`: editors go there. */
function line({ file, at, path, reason }: LocatedProblem, io: Io): string {
  const place = printable(at === null ? file : `${file}:${at.line}:${at.column}`, { oneLine: true })
  const rest = printable([path, reason].filter((part) => part !== '').join(' '), { oneLine: true })
  return `${io.style('bold', place)} ${rest}`
}

function flat({ file, at, path, reason }: LocatedProblem): object {
  return { file, line: at?.line ?? null, column: at?.column ?? null, path, reason }
}

function refuseOnePreset(folder: string): void {
  if (!existsSync(join(folder, 'preset.json'))) return
  throw new CliError(
    `${folder} is a single preset; this command takes the folder that contains the presets.`,
    `For example: posthorn preset check ${dirname(resolve(folder))}`,
  )
}
