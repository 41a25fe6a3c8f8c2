import { listCommand } from '../../command/list-command.ts'

/** Lists the dialects that endpoints of the organisation can use. */
export const dialectList = listCommand({
  name: 'list',
  summary: 'list the dialects of a server',
  description: 'Lists the wire formats that endpoints can use: the built-in ones and your own.',
  examples: ['posthorn dialect list', "posthorn dialect list --json | jq -r 'select(.builtIn | not) | .name'"],
  page: ({ client }, query) => client.dialect.list({ query }),
  columns: [
    { title: 'Name', cell: ({ name }) => name },
    { title: 'Version', cell: ({ version }) => String(version), align: 'right' },
    { title: 'Whose', cell: ({ builtIn }) => (builtIn ? 'built in' : 'your own') },
    { title: 'Parameters', cell: ({ params }) => Object.keys(params).join(' '), least: 10, narrowed: 2 },
    { title: 'Title', cell: ({ title }) => title, least: 12, narrowed: 1 },
  ],
})
