/** Names in the documentation exist in the code: settings, commands, states. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describeSettings } from '@posthorn/server/settings'
import { describe, expect, test } from 'vitest'
import { isGroup } from '../packages/cli/src/command/command.ts'
import { commands } from '../packages/cli/src/commands/index.ts'
import { variables } from '../packages/cli/src/process/environment.ts'

const root = resolve(import.meta.dirname, '..')
// Without the pages about earlier versions.
const pages = globSync('**/*.md', { cwd: root, exclude: (path) => /(^|\/)(node_modules|dist|decisions)$/.test(path) })
  .filter((page) => page !== 'CHANGELOG.md')
  .toSorted()
const read = (page: string) => readFileSync(join(root, page), 'utf8')

const variableNames = new Set([...describeSettings().map(({ env }) => env), ...Object.keys(variables)])

describe('in the pages', () => {
  test('every POSTHORN_ name is a setting of the server, a variable of the command line, or of the tests', () => {
    const unknown = pages.flatMap((page) =>
      [...read(page).matchAll(/\bPOSTHORN_[A-Z_]*[A-Z]\b/g)]
        .map(([name]) => name)
        // Kubernetes sets these for a Service of this name; docs/operating.md says that they are no settings.
        .filter((name) => !variableNames.has(name) && !/^POSTHORN_(TEST_|SIM_|SERVICE_HOST$|SERVICE_PORT$)/.test(name))
        .map((name) => `${page}: ${name}`),
    )
    expect(unknown).toEqual([])
  })

  test('every command line names a command', () => {
    const names = new Set(
      commands.flatMap((entry) =>
        isGroup(entry) ? entry.commands.map((inside) => `${entry.name} ${inside.name}`) : [entry.name],
      ),
    )
    const groups = commands.filter(isGroup).map(({ name }) => name)
    const lines = pages.flatMap((page) =>
      // In code, and with an argument or at the end: "`posthorn dev`", "npx posthorn preset show scalefusion".
      [...read(page).matchAll(/(?:`|^|npx |\$\()posthorn ([a-z]+)(?: ([a-z]+))?/gm)].map(
        ([, first = '', second = '']) => ({
          page,
          name: groups.includes(first) ? `${first} ${second}` : first,
        }),
      ),
    )
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.filter(({ name }) => !names.has(name))).toEqual([])
  })
})

describe('docs/glossary.md explains every', () => {
  interface Schema {
    readonly enum?: readonly string[]
    readonly properties?: Readonly<Record<string, Schema>>
    readonly anyOf?: readonly Schema[]
  }
  const { components } = JSON.parse(read('packages/api/openapi.json')) as {
    components: { schemas: Readonly<Record<string, Schema>> }
  }
  const { schemas } = components
  const lists: [what: string, values: readonly string[] | undefined][] = [
    ['state of a delivery', schemas['DeliveryState']?.enum],
    ['result of an attempt', schemas['AttemptResult']?.enum],
    ['state of an operation', schemas['OperationOut']?.properties?.['state']?.enum],
    ['reason of a hold', schemas['EndpointOut']?.properties?.['hold']?.anyOf?.[0]?.enum],
  ]
  test.each(lists)('%s', (_, values) => {
    expect(values?.length).toBeGreaterThan(1)
    expect(values?.filter((value) => !read('docs/glossary.md').includes(`\`${value}\``))).toEqual([])
  })
})
