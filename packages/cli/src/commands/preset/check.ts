import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { checkSamples, loadPresets, type LocatedProblem, type Preset, PresetError } from '@posthorn/preset'
import type { CliCommand } from '../../command/command.ts'
import { CliError, exitCodes } from '../../process/errors.ts'
import type { Io } from '../../process/io.ts'
import { cellText, printable } from '../../show/printable.ts'
import { showTable } from '../../show/table.ts'

interface Options {
  readonly json?: true
}

const examples = `
Examples:
  posthorn preset check presets
  posthorn preset check presets --json | jq -r .file

The folder holds a folder for each preset, with a preset.json in it. Form and rules are checked, each sample is held
against its schema and put on the wire. It needs no server. Each problem is a line: file:line:column, path, reason.

Exit codes: 0 all of them can be used; 1 there are problems.`

/** Checks presets that somebody writes. */
export function presetCheckCommand(): CliCommand {
  const command = new Command('check')
    .summary('check a folder of presets, without a server')
    .description('Checks a folder of presets: their form, their schemas, and each sample.')
    .argument('<folder>', 'folder of presets')
    .option('--json', 'print one JSON object a problem')
    .addHelpText('after', examples)
  return {
    command,
    async run(io, [folder = '']) {
      const options = command.opts<Options>()
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
          io.out(options.json ? `${JSON.stringify(flat(problem))}\n` : `${line(problem, io)}\n`)
        return exitCodes.no
      }
    },
  }
}

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
    `${folder} is one preset; this takes the folder that presets are in.`,
    `For example: posthorn preset check ${dirname(resolve(folder))}`,
  )
}
