import { listCommand } from '../../command/list-command.ts'

/** Lists the presets of a server: the built-in ones, and those of its folder POSTHORN_PRESETS. */
export const presetList = listCommand({
  name: 'list',
  summary: 'list the presets of a server',
  description: 'Lists the presets that a server has.',
  examples: ['posthorn preset list', 'posthorn preset list --json | jq -r .name'],
  page: ({ client }, query) => client.preset.list({ query }),
  columns: [
    { title: 'Name', cell: ({ name }) => name },
    { title: 'Title', cell: ({ title }) => title, least: 8, narrowed: 2 },
    { title: 'Dialect', cell: ({ dialect }) => dialect },
    { title: 'Events', cell: ({ eventTypes }) => String(eventTypes), align: 'right' },
    { title: 'Words', cell: ({ languages }) => languages.join(' '), least: 5, narrowed: 3 },
    { title: 'Description', cell: ({ description }) => description, least: 12, narrowed: 1 },
  ],
})
