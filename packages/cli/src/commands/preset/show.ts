import { Command } from 'commander'
import { accessHelp, addAccess, apiAccess, type AccessOptions } from '../../api/access.ts'
import type { CliCommand } from '../../command/command.ts'
import { exitCodes } from '../../process/errors.ts'
import { showPreset } from '../../preset/show-preset.ts'

interface Options extends AccessOptions {
  readonly json?: true
}

const examples = `
Examples:
  posthorn preset show scalefusion
  posthorn preset show scalefusion --json | jq '.eventTypes[].name'

In the table of event types ✓ is a platform that the event exists on.

${accessHelp}`

/** Shows what applying a preset brings. */
export function presetShowCommand(): CliCommand {
  const command = new Command('show')
    .summary('show one: policy, rules, event types')
    .description('Shows a preset: how it delivers, what it allows and when, its event types and their platforms.')
    .argument('<name>', 'preset')
  addAccess(command).option('--json', 'print one JSON object').addHelpText('after', examples)
  return {
    command,
    async run(io, [name = '']) {
      const options = command.opts<Options>()
      const { client } = await apiAccess(options, io)
      const preset = await client.preset.get({ params: { preset_name: name } })
      io.out(options.json ? `${JSON.stringify(preset)}\n` : showPreset(preset, io))
      return exitCodes.ok
    },
  }
}
