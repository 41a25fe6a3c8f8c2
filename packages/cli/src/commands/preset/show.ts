import { showCommand } from '../../command/show-command.ts'
import { presetArgument } from '../../command/words.ts'
import { showPreset } from '../../preset/show-preset.ts'

/** Shows what an application gets when a preset is applied to it. */
export const presetShow = showCommand({
  name: 'show',
  summary: 'show a preset: policy, rules, event types',
  description: 'Shows a preset: how it delivers, what it allows and when, its event types and their platforms.',
  arguments: [presetArgument],
  examples: ['posthorn preset show scalefusion', "posthorn preset show scalefusion --json | jq '.eventTypes[].name'"],
  notes: ['In the table of event types, ✓ marks a platform on which the event exists.'],
  ask: ({ client }, { args: [name = ''] }) => client.preset.get({ params: { preset_name: name } }),
  show: (preset, { io }) => showPreset(preset, io),
})
